"""What the course holds for grading: an assignment's exercises, its released cells, its texts."""

import functools
import hashlib
import importlib.util
import json
import re
from pathlib import Path

from gradcourse import folders
from gradcourse.checks import EXERCISES, Exercise, load, slugs
from gradcourse.grading.sandbox import HERE

JUDGES = ("judge.py", "library.py", "submission.py", "sandbox.py", "worker.py")
IMPORTED = re.compile(r"^\s*(?:from|import)\s+gradcourse\.methods\.(\w+)", re.MULTILINE)


def edition(files: tuple[str, ...] = ()) -> str:
    """Return a hash of the code that judges, so that a mended check grades anew."""
    digest = hashlib.sha256()
    shared = (HERE / f"{name}.py" for name in ("wire", "problems", "models", "data", "evidence"))
    paths = [*HERE.glob("checks/**/*.py"), *HERE.glob("methods/**/*.py"), *shared,
             *(HERE / "grading" / name for name in JUDGES), *map(Path, files)]
    for path in sorted(filter(Path.is_file, paths)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def assignments() -> list[str]:
    """List what can be assigned: chapters with checks and an exercise page."""
    course, known = folders.root(), set(slugs())
    pages = sorted(path.parent.name for path in course.glob("exercises/*/*.ipynb"))
    return [name for name in dict.fromkeys(pages) if slug(name) in known]


def choose(names: list[str] | None) -> list[str]:
    """Turn `01`, `multistage` or `01_multistage` into the full name; None gives all.

    Raises:
        ValueError: unknown name.
    """
    known, chosen = assignments(), []
    for name in names or known:
        match = [full for full in known if name in (full, *full.split("_", 1))]
        if not match:
            raise ValueError(f"no assignment {name!r}; there is {', '.join(known)}")
        chosen += match
    return chosen


def slug(assignment: str) -> str:
    """Drop the number."""
    return assignment.split("_", 1)[1]


def exercises(assignment: str, files: tuple[str, ...] = ()) -> list[Exercise]:
    """Return an assignment's exercises that code answers, an instructor's own among them."""
    name = slug(assignment)
    load(name)
    for path in files:
        _own(path)
    mine = [e for e in EXERCISES.values() if e.slug == name and e.kind == "code"]
    return sorted(mine, key=lambda e: int(e.id.rpartition(".")[2]))


@functools.cache
def _own(path: str) -> None:
    """Import a checks file of the instructor's."""
    spec = importlib.util.spec_from_file_location(f"own_checks_{Path(path).stem}", path)
    if spec is None or not Path(path).is_file():
        raise ValueError(f"no checks file {path}")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


@functools.cache
def page(assignment: str) -> list[dict]:
    """Return the cells of the released page, with joined sources."""
    path = folders.root() / "exercises" / assignment / f"{assignment}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in cells]


def given(assignment: str) -> list[str]:
    """Return the code that the released page holds."""
    return [cell["source"] for cell in page(assignment) if cell["cell_type"] == "code"]


def uses(assignment: str) -> frozenset[str]:
    """Return the method modules that the released page imports, but for the withheld one."""
    found = {name for source in given(assignment) for name in IMPORTED.findall(source)}
    return frozenset(found - {slug(assignment)})


def texts(assignment: str) -> list[dict]:
    """Return the questions that a person marks: id, title, question, points, rubric."""
    found, above = [], ""
    for cell in page(assignment):
        mark = cell.get("metadata", {}).get("nbgrader", {})
        if cell["cell_type"] == "markdown" and mark.get("grade"):
            title, _, question = above.strip().partition("\n")
            found.append({"id": mark["grade_id"], "title": title.lstrip("# "),
                          "question": question.strip(), "points": mark["points"],
                          "rubric": _rubric(assignment, mark["grade_id"])})
        elif cell["cell_type"] == "markdown":
            above = cell["source"]
    return found


def _rubric(assignment: str, id: str) -> str:
    path = folders.root() / "solutions" / assignment / f"{assignment}.ipynb"
    if not path.is_file():
        return ""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = next(("".join(c["source"]) for c in cells if c.get("id") == id), "")
    return "\n".join(line for line in text.splitlines() if "SOLUTION" not in line).strip()
