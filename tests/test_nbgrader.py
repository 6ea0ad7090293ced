"""nbgrader itself, unchanged, on the derived exercise: autograde and validate."""

import copy
import csv
import sys
from pathlib import Path

import pytest

from gradcourse.notebooks import derive_notebook, files
from gradcourse.notebooks.derive import CHECK

ROOT = Path(__file__).resolve().parents[1]
KERNEL = "import os, sys\nassert os.path.samefile(sys.prefix, {!r})"
SMOKE = {"GRADCOURSE_MODE": "smoke"}
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "course"
c.ClearSolutions.enabled = False  # the exercise is cut already
c.Execute.timeout = 300
c.Validator.width = 200
"""
pytestmark = [pytest.mark.notebook, pytest.mark.slow]


def solved(exercise, solution):
    """Return the exercise with every answer filled in, as a learner would leave it."""
    answers = {cell["id"]: cell["source"] for cell in solution["cells"]}
    filled = copy.deepcopy(exercise)
    for cell in filled["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = answers[cell["id"]]
    return filled


def points(exercise):
    """Return the points of each check cell."""
    return [cell["metadata"]["nbgrader"]["points"] for cell in files.code_cells(exercise)
            if CHECK.search(cell["source"])]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One course folder for all chapters: nbgrader makes a gradebook once."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    return folder


@pytest.fixture(params=files.names("solutions", ROOT), scope="module")
def course(request, folder, nbgrader):
    """An assignment of it, handed in by one who solved it and by one who did not start."""
    name = request.param
    solution = files.read(files.page_path("solutions", name, ROOT))
    exercise = derive_notebook(solution)
    files.write(folder / "source" / name / f"{name}.ipynb", exercise)
    nbgrader(folder, "generate_assignment", name)
    released = files.read(folder / "release" / name / f"{name}.ipynb")
    for learner, page in (("starter", released), ("solver", solved(released, solution))):
        files.write(folder / "submitted" / learner / name / f"{name}.ipynb", page)
    return name, folder, exercise


def test_release_keeps_the_exercise(course):
    name, folder, exercise = course
    released = files.read(folder / "release" / name / f"{name}.ipynb")
    assert [c["source"] for c in released["cells"]] == [c["source"] for c in exercise["cells"]]


def test_autograde_gives_full_marks_and_none(course, nbgrader, warm_kernel):
    name, folder, exercise = course
    nbgrader(folder, "autograde", name, **SMOKE, **warm_kernel)
    nbgrader(folder, "export", "--to", "grades.csv")
    with open(folder / "grades.csv", encoding="utf-8", newline="") as lines:
        rows = {row["student_id"]: row for row in csv.DictReader(lines)
                if row["assignment"] == name}
    assert sum(points(exercise)) > 0
    assert float(rows["solver"]["score"]) == sum(points(exercise))
    assert float(rows["starter"]["score"]) == 0


def test_validate_passes_the_solved_page_and_names_each_unsolved_check(
        course, nbgrader, warm_kernel):
    name, folder, exercise = course
    page = f"{name}.ipynb"
    pages = [str(folder / "submitted" / who / name / page) for who in ("solver", "starter")]
    said = nbgrader(folder, "validate", *pages, **SMOKE, **warm_kernel)
    assert said.count("Success! Your notebook passes all the tests.") == 1
    assert said.index("Success!") < said.index("VALIDATION FAILED")
    asked = [cell for cell in exercise["cells"]
             if cell["metadata"].get("nbgrader", {}).get("grade")]  # checks and free text
    assert f"VALIDATION FAILED ON {len(asked)} CELL(S)" in said


def test_the_kernel_beside_nbgrader_has_the_course(folder, nbgrader):
    """The kernel that setup laid there, started cold: it is the course's Python."""
    mark = {"grade": True, "grade_id": "one", "locked": True, "points": 1, "schema_version": 3,
            "solution": False, "task": False, "cell_type": "code"}
    cell = {"cell_type": "code", "id": "one", "metadata": {"nbgrader": mark}, "outputs": [],
            "source": KERNEL.format(sys.prefix), "execution_count": None}
    files.write(folder / "one.ipynb", {"cells": [cell], "metadata": {"kernelspec": {
        "name": "python3", "display_name": "Python 3"}}, "nbformat": 4, "nbformat_minor": 5})
    assert "Success!" in nbgrader(folder, "validate", "one.ipynb")


def test_a_refusal_of_nbgrader_is_heard(folder, nbgrader):
    with pytest.raises(AssertionError, match="No notebooks were matched"):
        nbgrader(folder, "autograde", "no_such_assignment")
