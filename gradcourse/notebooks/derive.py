"""Make an exercise notebook from its solution: one way only, the same bytes every time.

Between `### BEGIN SOLUTION` and `### END SOLUTION` everything is cut. In code a stub takes its
place, in markdown a line that asks for the answer; there the two marks may also stand in
comments, `<!-- BEGIN SOLUTION -->`. Cells that check, hint or show progress are never cut.
"""

import ast
import copy
import re
from collections.abc import Callable
from pathlib import Path

from gradcourse.notebooks import files

BEGIN = re.compile(r"^(\s*)(?:###|<!--)\s*BEGIN SOLUTION\s*(?:-->)?\s*$")
END = re.compile(r"^\s*(?:###|<!--)\s*END SOLUTION\s*(?:-->)?\s*$")
CHECK = re.compile(r"""^\s*check\(\s*["']([\w.]+)["']\s*,\s*(\w+)""", re.MULTILINE)
NEVER_CUT = re.compile(r"^\s*(?:check|hint|progress)\(", re.MULTILINE)
POINTS = re.compile(r"\b(\d+)\s*(?:points?|pts?)\b")
ANSWER_HERE = "*Your answer here.*"


def derive(slugs=None, check: bool = False, root: Path | str | None = None) -> list[Path]:
    """Write the exercises of the solutions asked for, and spell the solutions as Jupyter does.

    Args:
        slugs: None or "all", a name or several.
        check: only compare; write nothing.
        root: the course; None finds it.

    Returns:
        The files written, or with `check` those that would be.

    Raises:
        ValueError: an unknown name, or a solution that cannot be cut.
    """
    course = files.course_root(root)
    touched = []
    for name in files.choose(slugs, "solutions", course):
        source = files.page_path("solutions", name, course)
        target = files.page_path("exercises", name, course)
        solution = files.read(source)
        try:
            exercise = derive_notebook(solution)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        for path, notebook in ((source, solution), (target, exercise)):
            if not files.same(path, notebook):
                touched.append(path)
                if not check:
                    files.write(path, notebook)
    return touched


def derive_notebook(notebook, points: Callable[[str], float] | None = None):
    """Return the exercise of a solution; the solution is left as it is.

    Args:
        notebook: the solution as a dict of format 4.
        points: gives the points of an exercise id; None asks the course's checks.

    Returns:
        A new notebook without outputs, with nbgrader's metadata.

    Raises:
        ValueError: marks that do not pair, a check cell with marks, a stub that is no Python,
            or an answer that no check asks for.
    """
    exercise = copy.deepcopy(notebook)
    asked = {name: id for cell in files.code_cells(exercise)
             for id, name in CHECK.findall(cell["source"])}
    above = ""
    for cell in exercise["cells"]:
        _derive_cell(cell, asked, points or _points, above)
        if cell["cell_type"] == "markdown" and POINTS.search(cell["source"]):
            above = cell["source"]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    exercise["metadata"] = {"kernelspec": kernel, "language_info": {"name": "python"}}
    exercise["nbformat"], exercise["nbformat_minor"] = 4, 5
    return exercise


def _derive_cell(cell, asked: dict, points: Callable, above: str) -> None:
    source, regions = cell["source"], _regions(cell)
    kept = {"tags": files.tags(cell)} if files.tags(cell) else {}
    own = cell.get("metadata", {}).get("points")
    if cell["cell_type"] == "code":
        cell["outputs"], cell["execution_count"] = [], None
        found = CHECK.search(source)
        if regions and NEVER_CUT.search(source):
            raise ValueError(f"cell {cell['id']}: check, hint and progress cells are never cut")
        if regions:
            cell["source"] = _cut_code(cell, regions, asked)
            kept["nbgrader"] = _grading(cell, solution=True)
        elif found:
            worth = points(found[1]) if own is None else own
            kept["nbgrader"] = _grading(cell, grade=True, locked=True, points=worth)
    elif regions:
        cell["source"] = _replace(source, regions, lambda region: ANSWER_HERE)
        worth = _points_in(above, cell) if own is None else own
        kept["nbgrader"] = _grading(cell, solution=True, grade=True, points=worth)
    cell["metadata"] = kept


def _regions(cell) -> list[tuple[int, int, str]]:
    """Return (first line, last line, indentation) of each region; refuse marks that do not pair."""
    regions, start = [], None
    for number, line in enumerate(cell["source"].split("\n")):
        begin = BEGIN.match(line)
        if begin:
            if start is not None:
                raise ValueError(f"cell {cell['id']}: BEGIN SOLUTION twice without an END SOLUTION")
            start = (number, begin[1])
        elif END.match(line):
            if start is None:
                raise ValueError(f"cell {cell['id']}: END SOLUTION without a BEGIN SOLUTION")
            regions.append((start[0], number, start[1]))
            start = None
    if start is not None:
        raise ValueError(f"cell {cell['id']}: BEGIN SOLUTION without an END SOLUTION")
    return regions


def _replace(source: str, regions: list, stub: Callable[[tuple], str]) -> str:
    lines = source.split("\n")
    for region in reversed(regions):
        lines[region[0] : region[1] + 1] = [stub(region)]
    return "\n".join(lines)


def _cut_code(cell, regions: list, asked: dict[str, str]) -> str:
    def stub(region):
        name = _definition(cell, region[0] + 1)
        if name not in asked:
            raise ValueError(f"cell {cell['id']}: no check cell asks for {name!r}")
        return f'{region[2]}raise NotImplementedError("{asked[name]}: not started")'

    source = _replace(cell["source"], regions, stub)
    try:
        ast.parse(source)
    except SyntaxError as error:
        raise ValueError(f"cell {cell['id']}: the stub is no Python: {error.msg}") from None
    return source


def _definition(cell, line: int) -> str:
    """Return the name of the top-level function or class around a line of the cell."""
    for node in ast.parse(cell["source"]).body:
        named = isinstance(node, ast.FunctionDef | ast.ClassDef)
        if named and node.lineno < line <= (node.end_lineno or line) + 1:
            return node.name
    raise ValueError(f"cell {cell['id']}: the solution region must lie inside a function or class")


def _grading(cell, *, grade=False, solution=False, locked=False, points=None) -> dict:
    """Return nbgrader's metadata, schema 3."""
    meta = {
        "cell_type": cell["cell_type"],
        "grade": grade,
        "grade_id": cell["id"],
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        meta["points"] = int(points) if float(points).is_integer() else float(points)
    return meta


def _points(exercise: str) -> float:
    from gradcourse import checks

    return checks.find(exercise).points


def _points_in(text: str, cell) -> int:
    found = POINTS.search(text)
    if not found:
        raise ValueError(f"cell {cell['id']}: say above it how many points the answer earns")
    return int(found[1])
