"""Grade a class: collect, hand out to processes or a cluster, write one file per submission.

A result is written whole or not at all, under a key of what was graded by what; a batch that was
killed goes on where it stopped, and a submission that did not change is not graded again.
"""

import hashlib
import json
import secrets
from dataclasses import asdict, replace
from pathlib import Path

from gradcourse.grading import judge as judging
from gradcourse.grading import library, marking, pool, report, submission
from gradcourse.grading.judge import Task
from gradcourse.grading.roster import Roster
from gradcourse.grading.settings import Settings, secret, seed, settings
from gradcourse.grading.submission import Found, Unreadable


def task(found: Found, key: bytes, chosen: Settings, judged_by: str) -> tuple[Task, dict]:
    """Read one submission and lay out what a worker process needs; also its free answers."""
    exercises = library.exercises(found.assignment, chosen.checks)
    exercises = [e for e in exercises if e.id in (chosen.exercises or (e.id,))]
    names = {exercise.name for exercise in exercises}
    cells, ambiguous, problem, texts = (), {}, found.problem, {}
    try:
        if not problem:
            page = submission.read(found.content, names, library.page(found.assignment))
            cells = tuple(submission.without_stubs(page.cells, names))
            ambiguous, texts = page.ambiguous, page.texts
    except Unreadable as error:
        problem = str(error)
    except (RecursionError, MemoryError):
        problem = "a cell is nested too deep to be read"
    draws = {purpose: {e.id: seed(key, purpose, e.id, found.student) for e in exercises}
             for purpose in ("graded", "shown")}
    points = {e.id: chosen.points.get(e.id, float(e.points)) for e in exercises}
    made = Task(found.student, found.assignment, "", cells, ambiguous, problem, draws["graded"],
                draws["shown"], chosen.limits, chosen.checks, points)
    text = [judged_by, asdict(made) | {"seeds": sorted(s.hex() for s in draws["graded"].values()),
                                       "shown": ""}]
    digest = hashlib.sha256(json.dumps(text, sort_keys=True).encode()).hexdigest()
    return replace(made, key=digest), texts


def grade(place: Path, out: Path, names: list[str] | None = None, *, jobs: int = 1,
          scheduler: str = "", config: Path | None = None, roster: Roster | None = None,
          dry_run: bool = False, progress: bool = False) -> dict:
    """Grade all submissions of a place.

    Args:
        place: a tree by student, a flat folder of notebooks, or a zip.
        out: where results go.
        names: assignments; all by default.
        jobs: processes on this machine.
        scheduler: a Dask scheduler's address, to use its workers instead.
        config: a course.toml; by default the one in `out`.
        roster: a learning platform's gradebook, which knows whose a downloaded file is.
        dry_run: grade the first three and write nothing.
        progress: show a bar.

    Returns:
        How many were graded, kept from before, and the files that name no assignment.

    Raises:
        ValueError: nothing to grade, or no sandbox.
    """
    chosen = settings(out, config)
    assignments = library.choose(names or chosen.assignments)
    handed = submission.collect(place, assignments, library.assignments(), roster)
    lost = [f for f in handed if f.assignment not in assignments]
    handed = [f for f in handed if f.assignment in assignments]
    if not handed:
        raise ValueError(f"no submission of {', '.join(assignments)} in {place.name}")
    key = secrets.token_bytes(32) if dry_run else secret(chosen.secret)
    judged_by = library.edition(chosen.checks)
    tasks = [task(f, key, chosen, judged_by) for f in (handed[:3] if dry_run else handed)]
    if not dry_run:
        note(out, handed, tasks, chosen, roster)
    todo = [t for t, _ in tasks if dry_run or not kept(out, t)]
    results = []
    for result in pool.each(judging.judge, todo, jobs=jobs, scheduler=scheduler,
                            edition=library.edition(), progress=progress):
        results.append(result)
        if not dry_run:
            save(out, result)
    if not dry_run:
        report.write_all(out)
    told = {"graded": len(results), "kept": len(tasks) - len(todo),
            "unknown": sorted(f.file for f in lost)}
    return told | ({"results": results} if dry_run else {})


def note(out: Path, handed: list[Found], tasks: list, chosen: Settings,
          roster: Roster | None) -> None:
    """Write who handed in what and when, and the free answers; nothing of it is judged."""
    for found, (made, texts) in zip(handed, tasks, strict=True):
        path = marking.place(out, made.assignment, made.student)
        _write_if_new(path, {"student": made.student, "assignment": made.assignment,
                             "texts": texts})
        deadline, late = chosen.deadlines.get(found.assignment), found.late
        if deadline and found.time is not None:
            late = found.time > deadline.timestamp()
        known = roster is None or made.student in roster.people
        _write_if_new(out / "handed_in" / made.assignment / f"{report.safe(made.student)}.json", {
            "student": made.student, "assignment": made.assignment, "file": found.file,
            "attempt": found.attempt, "earlier": list(found.others), "time": found.time,
            "late": late, "matched": known,
            "name": roster.names.get(made.student, "") if roster else ""})


def _write_if_new(path: Path, content: dict) -> None:
    if not path.is_file() or json.loads(path.read_text("utf-8")) != content:
        write(path, content)


def result_path(out: Path, assignment: str, student: str) -> Path:
    """Return where a submission's result lies."""
    return out / "results" / assignment / f"{report.safe(student)}.json"


def save(out: Path, result: dict) -> None:
    """Write a result; the one of an earlier attempt is kept apart."""
    path = result_path(out, result["assignment"], result["student"])
    old = stored(path)
    if old and old.get("answers") != result["answers"]:
        apart = out / "earlier" / result["assignment"]
        write(apart / f"{path.stem}.{old.get('answers', '')[:12]}.json", old)
    write(path, result)


def stored(path: Path) -> dict:
    """Read a result; what is not there, or no result, is empty."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def kept(out: Path, task: Task) -> bool:
    """Tell whether a result stands; one that a fault of ours left open does not."""
    before = stored(result_path(out, task.assignment, task.student))
    faults = (row["reason"].startswith(judging.FAULT) for row in before.get("exercises", []))
    return before.get("key") == task.key and not any(faults)


def write(path: Path, content: object) -> None:
    """Write JSON whole or not at all."""
    report.write_text(path, json.dumps(content, indent=1, sort_keys=True) + "\n")
