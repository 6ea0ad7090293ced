"""nbgrader with our judge in place of its execution step, by configuration alone.

    from gradcourse.grading.nbgrader_step import configure
    configure(get_config(), python="...", folder="...")

Runs in nbgrader's own environment: imports nothing of ours, starts `gradcourse.grading.serve` with
the course's Python and asks it over pipes. Two steps surround nbgrader's: `Mend` puts its cells
back as they were released, so that a split, copied or deleted cell stops nothing; `Judge` writes
the points where nbgrader looks for them. `Flag` hands what could not be graded to a person.
"""

import atexit
import copy
import json
import re
import subprocess
from typing import ClassVar

import nbformat
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat.v4 import new_output
from nbgrader import preprocessors as theirs
from nbgrader.api import Gradebook
from traitlets import Unicode

CHECK = re.compile(r"""^\s*check\(\s*["']([\w.]+)["']""", re.MULTILINE)


def configure(c, python: str, folder: str) -> None:
    """Set nbgrader up.

    Args:
        c: nbgrader's configuration.
        python: the interpreter that has the course installed.
        folder: nbgrader's course folder, which keeps the secret and `course.toml`.
    """
    c.CourseDirectory.root = folder
    c.ClearSolutions.enabled = False  # the exercises hold none
    c.HTMLExporter.sanitize_html = True  # a learner's markdown reaches the grader's browser
    c.Mend.python, c.Mend.folder = python, folder
    c.Autograde.sanitize_preprocessors = [
        Mend, theirs.ClearOutput, theirs.DeduplicateIds, theirs.OverwriteKernelspec,
        theirs.OverwriteCells, theirs.CheckCellMetadata]
    c.Autograde.autograde_preprocessors = [
        Judge, theirs.IgnorePattern, ClearMetadataPreprocessor, theirs.LimitOutput,
        theirs.SaveAutoGrades, Flag, theirs.AssignLatePenalties, theirs.CheckCellMetadata]


def _end(process: subprocess.Popen) -> None:
    process.stdin.close()
    process.wait()


def _key(resources) -> tuple[str, str]:
    return resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]


class Mend(theirs.NbGraderPreprocessor):
    """Ask the judge about the notebook as it came, then put nbgrader's cells in order."""

    python = Unicode(help="the interpreter that has the course installed").tag(config=True)
    folder = Unicode(help="the course folder").tag(config=True)
    rows: ClassVar[dict] = {}  # by student and assignment: the judge's rows
    process: ClassVar[subprocess.Popen | None] = None

    def preprocess(self, nb, resources):
        """Judge and mend one notebook."""
        Mend.rows[_key(resources)] = self._asked(nb, resources)
        told = resources["nbgrader"]
        with Gradebook(told["db_url"]) as book:
            fresh = released(book.find_notebook(told["notebook"], told["assignment"]))
        nb.cells = mended(nb.cells, fresh)
        return nb, resources

    def _asked(self, nb, resources) -> dict:
        if Mend.process is None or Mend.process.poll() is not None:
            words = [self.python, "-m", "gradcourse.grading.serve", self.folder]
            Mend.process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
            atexit.register(_end, Mend.process)
        student, assignment = _key(resources)
        request = {"student": student, "assignment": assignment, "notebook": nbformat.writes(nb)}
        try:
            Mend.process.stdin.write(json.dumps(request) + "\n")
            Mend.process.stdin.flush()
            reply = json.loads(Mend.process.stdout.readline())
        except (OSError, ValueError):
            raise RuntimeError("the judge ended: see what it said above") from None
        if "error" in reply:
            raise RuntimeError(f"the judge: {reply['error']}")
        return reply["exercises"]


class Judge(theirs.NbGraderPreprocessor):
    """Write the judge's points and words below each check cell."""

    def preprocess_cell(self, cell, resources, index):
        """Fill one cell."""
        if cell.cell_type != "code":
            return cell, resources
        cell.outputs, cell.execution_count = [], None
        row = _row(cell, resources)
        if row:
            said = new_output("stream", name="stdout", text=row["text"])
            points = new_output("execute_result", {"text/plain": repr(float(row["points"]))})
            cell.outputs = [said, points]
        return cell, resources


class Flag(theirs.NbGraderPreprocessor):
    """Leave the score of what could not be graded open, for a person."""

    def preprocess_cell(self, cell, resources, index):
        """Look at one cell."""
        row = _row(cell, resources) if cell.cell_type == "code" else None
        if row and row["state"] == "ungraded":
            told = resources["nbgrader"]
            with Gradebook(told["db_url"]) as book:
                grade = book.find_grade(cell.metadata.nbgrader["grade_id"], told["notebook"],
                                        told["assignment"], told["student"])
                grade.auto_score, grade.needs_manual_grade = None, True
                book.db.commit()
        return cell, resources


def _row(cell, resources) -> dict | None:
    if not cell.metadata.get("nbgrader", {}).get("grade"):
        return None
    found = CHECK.search(cell.source)
    return Mend.rows[_key(resources)].get(found[1]) if found else None


# ---------------------------------------------------------------- cells as they were released


def released(notebook) -> dict:
    """Return nbgrader's cells of a released notebook by id, in its order."""
    points = {cell.name: cell.max_score for cell in notebook.grade_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    return {cell.name: _fresh(cell, points, solutions) for cell in notebook.source_cells}


def _fresh(source, points: dict, solutions: set):
    mark = {"grade_id": source.name, "cell_type": source.cell_type, "locked": source.locked,
            "grade": source.name in points, "solution": source.name in solutions, "task": False,
            "schema_version": 3, "checksum": source.checksum}
    if source.name in points:
        mark["points"] = points[source.name]
    cell = {"cell_type": source.cell_type, "source": source.source, "metadata": {"nbgrader": mark}}
    if source.cell_type == "code":
        cell |= {"outputs": [], "execution_count": None}
    return nbformat.from_dict(cell)


def mended(cells: list, fresh: dict) -> list:
    """Give each released cell one place; the learner's other cells stay, without nbgrader's marks.

    A solution cell takes the last of its copies that says something; a missing cell comes back
    behind the one that stood above it.
    """
    ids = [_id(cell) for cell in cells]
    chosen = {}
    for number, (cell, id) in enumerate(zip(cells, ids, strict=True)):
        if id in fresh and (id not in chosen or _says(cell, fresh[id])):
            chosen[id] = number
    made = []
    for number, (cell, id) in enumerate(zip(cells, ids, strict=True)):
        mine = id in chosen and chosen[id] == number
        made.append(_put(cell, copy.deepcopy(fresh[id])) if mine else _plain(cell))
    return _completed(made, fresh)


def _id(cell) -> str:
    """Read a cell's id; a learner may have put anything there."""
    mark = cell.metadata.get("nbgrader")
    id = mark.get("grade_id") if isinstance(mark, dict) else None
    return id if isinstance(id, str) else ""


def _says(cell, fresh) -> bool:
    return fresh.metadata.nbgrader.solution and cell.source.strip() not in (
        "", fresh.source.strip())


def _put(cell, fresh):
    """Keep what the learner wrote where an answer belongs; all else is as released."""
    if fresh.metadata.nbgrader.solution:
        fresh.source = cell.source
    if "id" in cell:
        fresh["id"] = cell["id"]
    return fresh


def _plain(cell):
    cell.metadata.pop("nbgrader", None)
    return cell


def _completed(cells: list, fresh: dict) -> list:
    places = {c.metadata.nbgrader.grade_id: n for n, c in enumerate(cells)
              if "nbgrader" in c.metadata}
    above, made = None, list(cells)
    for id, cell in fresh.items():
        if id not in places:
            after = next((n for n, c in enumerate(made) if above is not None and
                          c.metadata.get("nbgrader", {}).get("grade_id") == above), -1)
            made.insert(after + 1, copy.deepcopy(cell))
        above = id
    return made
