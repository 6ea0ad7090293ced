"""Collect the answers that an audit tries: a chapter's solution, starter, files and mutants."""

import ast
import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradcourse.checks import Exercise
from gradcourse.mutants import mutants
from gradcourse.notebooks.derive import derive_notebook

WRONG_SEEDS = 200
STARTER_SEEDS = 3
MUTANT_SEEDS = 3
PATIENCE = 2_000_000  # turns of loops in one run of an exercise


@dataclass(frozen=True)
class Task:
    """One answer to try: all that another process needs."""

    kind: str  # solution, starter, right, wrong or mutant
    id: str  # the exercise
    name: str  # of the file, or the change of a mutant
    source: str
    seeds: int
    causes: dict[str, str] = field(default_factory=dict)  # of a wrong answer
    patience: int = PATIENCE


def chapter_folder(slug: str, course: Path) -> Path:
    """Find a chapter's folder of solutions.

    Raises:
        ValueError: no such chapter; the message lists those that exist.
    """
    known = sorted((course / "solutions").glob("[0-9][0-9]_*"))
    for folder in known:
        if slug in (folder.name, folder.name[3:], folder.name[:2]):
            return folder
    names = ", ".join(folder.name for folder in known) or "none"
    raise ValueError(f"no solutions for {slug}; there are: {names}")


def tasks_of(
    folder: Path, exercises: list[Exercise], seeds: int, faults: list[str]
) -> Iterator[Task]:
    """List all answers to try; what cannot be tried is a fault."""
    notebook = _read(folder / f"{folder.name}.ipynb", faults)
    if notebook is None:
        return
    try:
        solution, starter = program(notebook), program(derive_notebook(notebook, lambda id: 1))
    except (ValueError, SyntaxError) as error:
        faults.append(f"the notebook cannot be cut: {error}")
        return
    for exercise in exercises:
        if f"def {exercise.name}(" not in solution and f"class {exercise.name}" not in solution:
            faults.append(f"{exercise.id}: the solution does not define {exercise.name}")
            continue
        yield Task("solution", exercise.id, "solution", solution, seeds)
        yield Task("starter", exercise.id, "starter", starter, STARTER_SEEDS)
        for mutant in mutants(solution, exercise.name):
            name = f"line {_line(solution, mutant.line)!r}: {mutant.change}"
            yield Task("mutant", exercise.id, name, mutant.source, MUTANT_SEEDS)
    for kind, count in (("right", seeds), ("wrong", min(seeds, WRONG_SEEDS))):
        for path in sorted((folder / kind).glob("*.py")):
            task = _from_file(path, kind, count, exercises, faults)
            if task:
                yield task


def _read(path: Path, faults: list[str]) -> dict | None:
    if not path.is_file():
        faults.append(f"{path.name} is missing")
        return None
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def program(notebook: dict) -> str:
    """Collect a notebook's imports, plain constants and definitions as one program.

    Calls, such as those that show pictures, are left out: only what answers need is kept.
    """
    parts = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        lines = ["" if s.lstrip().startswith(("%", "!")) else s for s in cell["source"].split("\n")]
        for node in ast.parse("\n".join(lines)).body:
            if _kept(node):
                first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
                parts.append("\n".join(lines[first - 1 : node.end_lineno]))
    return "\n\n".join(parts) + "\n"


def _kept(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        with contextlib.suppress(ValueError):
            ast.literal_eval(node.value)
            return True
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef))


def _from_file(
    path: Path, kind: str, seeds: int, exercises: list[Exercise], faults: list[str]
) -> Task | None:
    """Read one file of `right/` or `wrong/` and insist on its literals."""
    where, source = f"{kind}/{path.name}", path.read_text(encoding="utf-8")
    try:
        tree = ast.parse(source)
        literals = _literals(tree)
    except (SyntaxError, ValueError) as error:
        faults.append(f"{where}: {error}")
        return None
    wanted = {exercise.id: exercise.name for exercise in exercises}
    id, causes = literals.get("EXERCISE"), literals.get("REJECTED_BY", {})
    if id not in wanted:
        faults.append(f"{where}: EXERCISE is {id!r}, not one of {', '.join(wanted)}")
    elif wanted[id] not in {getattr(node, "name", None) for node in tree.body}:
        faults.append(f"{where}: defines no {wanted[id]}")
    elif (kind == "wrong") != bool(causes):
        faults.append(f"{where}: REJECTED_BY belongs to wrong answers, and to each of them")
    else:
        return Task(kind, id, path.stem, source, seeds, causes)
    return None


def _literals(tree: ast.Module) -> dict[str, Any]:
    names = ("EXERCISE", "REJECTED_BY")
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in names
    }


def _line(program: str, number: int) -> str:
    return program.split("\n")[number - 1].split("#")[0].strip()
