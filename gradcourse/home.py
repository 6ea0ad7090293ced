"""The first page of a learner's copy: the chapters, what is done, what is next.

Read from the pages and the learner's record alone; imports nothing heavy.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

from gradcourse import folders

PAGE = "start.ipynb"
WORDS = """# The course

Run the cell below whenever you come back: it shows what is done and what is next."""
CODE = """from gradcourse.lab import course

course()"""
TASK = re.compile(
    r"^## ([a-z][a-z0-9_]*\.\d+) · (.+)\n+(\d+) points? · .*?(\d+) minutes", re.MULTILINE)


class Task(NamedTuple):
    """One graded exercise as its page tells it."""

    id: str
    title: str
    points: int
    minutes: int


class Step(NamedTuple):
    """One chapter as a learner sees it."""

    name: str
    question: str
    reading: str  # minutes
    tasks: tuple[Task, ...]
    earned: float
    left: tuple[Task, ...]  # exercises not solved in full
    begun: bool

    @property
    def points(self) -> int:
        """Points of the exercises that check themselves."""
        return sum(task.points for task in self.tasks)

    @property
    def state(self) -> str:
        """Where the learner stands: solved, begun or nothing."""
        return "solved" if self.tasks and not self.left else "begun" if self.begun else ""


def steps(folder: Path) -> list[Step]:
    """Return the chapters of a learner's copy, in reading order, with what is earned."""
    record = folders.record(folder)
    return [_step(name, folder, record) for name in folders.chapters(folder)]


def overview(folder: Path) -> str:
    """Return chapters, progress and the next step as Markdown; its links start at the folder."""
    known = steps(folder)
    if not known:
        return "There are no chapters here: run `gradcourse lab` once more."
    following = next((step for step in known if step.left), None)
    rows = [_row(step, step is following) for step in known]
    head = "| | | to read | exercises | points | |\n|---|---|---|---|---|---|"
    total = f"{sum(s.earned for s in known):.4g} of {sum(s.points for s in known)} points"
    return "\n".join([_next(following), "", head, *rows, "", f"{total} so far."])


def write(folder: Path) -> Path:
    """Write the first page with the present state in it; one that the learner changed stays.

    Returns:
        Its path.
    """
    path = folder / PAGE
    if path.is_file() and not _ours(path):
        return path
    page = {"cells": _cells(overview(folder)), "nbformat": 4, "nbformat_minor": 5, "metadata": {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"}}}
    path.write_text(json.dumps(page, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _step(name: str, folder: Path, record: dict) -> Step:
    first = _sources(folders.page(name, folder))[:1] or [""]
    title = re.search(r"^# (.+)$", first[0], re.MULTILINE)
    reading = re.search(r"(\d+) minutes? to read", first[0])
    text = "\n\n".join(_sources(folders.exercise(name, folder)))
    graded = folders.asked(folders.exercise(name, folder))
    tasks = tuple(Task(id, title, int(points), int(minutes))
                  for id, title, points, minutes in TASK.findall(text) if id in graded)
    mine = {task.id: record.get(task.id, {}) for task in tasks}
    earned = sum(min(mine[t.id].get("points", 0), t.points) for t in tasks)
    left = tuple(t for t in tasks if mine[t.id].get("state") != "right")
    begun = any(entry.get("tries") for entry in mine.values())
    return Step(name, title[1] if title else name, reading[1] if reading else "", tasks, earned,
                left, begun)


def _sources(path: Path) -> list[str]:
    """Return the text of a notebook's cells; of one that cannot be read, nothing."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return ["".join(cell["source"]) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _row(step: Step, following: bool) -> str:
    bold = "**" if following else ""
    minutes = sum(task.minutes for task in step.left)
    todo = f"{len(step.left)} to do, {minutes} min" if step.left else "all done"
    solve = f"[{todo}](exercises/{step.name}/{step.name}.ipynb)" if step.tasks else ""
    read = f"[{step.question}](chapters/{step.name}.ipynb)"
    state = "next" if following and not step.begun else step.state
    return (f"| {step.name[:2]} | {bold}{read}{bold} | {step.reading} min | {solve} | "
            f"{step.earned:.4g} of {step.points} | {state} |")


def _next(following: Step | None) -> str:
    if following is None:
        return "**All exercises are solved.**"
    page = f"[{following.question}](chapters/{following.name}.ipynb)"
    if not following.begun:
        return f"**Next:** read {page}"
    task = following.left[0]
    where = f"exercises/{following.name}/{following.name}.ipynb"
    return f"**Next:** [{task.id} · {task.title}]({where}), {task.minutes} minutes, of {page}"


def _cells(table: str) -> list[dict]:
    data = {"text/markdown": table, "text/plain": "the chapters"}
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    return [{"cell_type": "markdown", "id": "start-title", "metadata": {}, "source": WORDS},
            {"cell_type": "code", "id": "start-course", "metadata": {}, "source": CODE,
             "execution_count": None, "outputs": [output]}]


def _ours(path: Path) -> bool:
    return _sources(path) == [WORDS, CODE]
