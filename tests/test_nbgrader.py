"""nbgrader itself, unchanged, on the derived exercise: autograde and validate.

nbgrader lives in `.venv-nbgrader`, made by the course's setup; its kernel is the course's Python.
"""

import copy
import csv
import os
import subprocess
from pathlib import Path

import pytest

from gradcourse.notebooks import derive_notebook, files
from gradcourse.notebooks.derive import CHECK

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv-nbgrader" / ("Scripts" if os.name == "nt" else "bin")
HERE = BIN.is_dir() and any(BIN.glob("nbgrader*"))
CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "course"
c.ClearSolutions.enabled = False  # the exercise is cut already
c.Execute.timeout = 300
c.Validator.width = 200
"""
pytestmark = [
    pytest.mark.notebook,
    pytest.mark.slow,
    pytest.mark.skipif(not HERE and os.environ.get("CI") != "true",
                       reason="no .venv-nbgrader: run `python course.py setup`"),
]


def nbgrader(folder, *words):
    """Run nbgrader in a course folder and return what it said."""
    variables = {name: value for name, value in os.environ.items()
                 if not name.startswith(("GRADCOURSE", "JUPYTER", "NBGRADER"))
                 or name == "JUPYTER_PATH"}  # kernels for tests
    variables["PATH"] = f"{BIN}{os.pathsep}{variables['PATH']}"  # it calls alembic by name
    variables |= {"HOME": str(folder), "GRADCOURSE_MODE": "smoke"}
    done = subprocess.run([str(BIN / "nbgrader"), *words], cwd=folder, env=variables,
                          capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


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


@pytest.fixture(params=files.names("solutions", ROOT), scope="module")
def course(request, tmp_path_factory):
    """A course folder with one assignment, one learner who solved it and one who did not start."""
    assert HERE, "no .venv-nbgrader: run `python course.py setup`"
    name, folder = request.param, tmp_path_factory.mktemp("course")
    solution = files.read(files.page_path("solutions", name, ROOT))
    exercise = derive_notebook(solution)
    (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
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


def test_autograde_gives_full_marks_and_none(course):
    name, folder, exercise = course
    nbgrader(folder, "autograde", name)
    nbgrader(folder, "export", "--to", "grades.csv")
    with open(folder / "grades.csv", encoding="utf-8", newline="") as lines:
        rows = {row["student_id"]: row for row in csv.DictReader(lines)}
    assert sum(points(exercise)) > 0
    assert float(rows["solver"]["score"]) == sum(points(exercise))
    assert float(rows["starter"]["score"]) == 0


def test_validate_passes_the_solved_page_and_names_each_unsolved_check(course):
    name, folder, exercise = course
    page = f"{name}.ipynb"
    pages = [str(folder / "submitted" / who / name / page) for who in ("solver", "starter")]
    said = nbgrader(folder, "validate", *pages)
    assert said.count("Success! Your notebook passes all the tests.") == 1
    assert said.index("Success!") < said.index("VALIDATION FAILED")
    asked = [cell for cell in exercise["cells"]
             if cell["metadata"].get("nbgrader", {}).get("grade")]  # checks and free text
    assert f"VALIDATION FAILED ON {len(asked)} CELL(S)" in said
