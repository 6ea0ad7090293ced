"""nbgrader's own commands, gradebook and feedback on the worst ten, with our step configured.

nbgrader runs in `.venv-nbgrader`; nothing of it is patched. `tests/test_nbgrader.py` holds what it
does by itself.
"""

import copy
import csv
import json
import sqlite3
import sys

import pytest

from gradcourse.grading import release
from gradcourse.notebooks import files

from .corpus import BALL, GOOD, WRONG
from .test_corpus import ROOT, sandboxed

pytestmark = pytest.mark.slow
NAME, ANSWER, CHECK = "00_descent", "descent-1-answer", "descent-1-check"


def written(page, source):
    """Put an answer where it belongs."""
    page = copy.deepcopy(page)
    cell(page)["source"] = source
    return page


def cell(page, id=ANSWER):
    return next(c for c in page["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == id)


def extra(source, **meta):
    return {"cell_type": "code", "id": f"x{abs(hash(source)) % 10**8}", "metadata": meta,
            "source": source, "outputs": [], "execution_count": None}


def before(page, source, answer):
    """Put a cell before all others."""
    page = written(page, answer)
    page["cells"].insert(0, extra(source))
    return page


def split(page):
    """Leave the answer in two cells, both with the released cell's marks."""
    page = written(page, GOOD[:GOOD.index("    return")])
    rest = copy.deepcopy(cell(page)) | {"id": "rest", "source": GOOD[GOOD.index("    return"):]}
    page["cells"].insert(page["cells"].index(cell(page)) + 1, rest)
    return page


def deleted(page):
    """Take every check away."""
    page = written(page, GOOD)
    page["cells"] = [c for c in page["cells"]
                     if not (c["metadata"].get("nbgrader", {}).get("locked"))]
    return page


def forged(page):
    """Give a wrong answer, and a check that says a hundred points."""
    page = written(page, WRONG)
    check = cell(page, CHECK)
    check["source"], check["metadata"]["nbgrader"]["points"] = "100.0", 100
    page["cells"].insert(0, extra("x = 1", nbgrader={"grade_id": "nobody", "grade": True}))
    page["cells"].append(copy.deepcopy(check) | {"id": "again"})
    return page


def gradebook(page):
    where = "('../../../gradebook.db', '/gradebook.db', 'gradebook.db')"
    return before(page, "import sqlite3\nfor place in " + where + ":\n    try:\n"
                  "        book = sqlite3.connect(place)\n"
                  "        book.execute('update grade set auto_score = 200')\n"
                  "        book.commit()\n    except Exception:\n        pass", WRONG)


WORST = {  # what a learner hands in, and the points of descent.1; None: a person decides
    "allclose": (lambda p: before(p, "import numpy, torch\nnumpy.allclose = torch.allclose = "
                                  "torch.equal = lambda *a, **k: True", WRONG), 0),
    "asserts": (lambda p: before(p, "get_ipython().ast_transformers.append(lambda t: t)\n"
                                 "get_ipython().run_cell_async = None", WRONG), 0),
    "exit": (lambda p: before(p, "import os\nos._exit(0)", GOOD), 1),
    "loop": (lambda p: written(p, "import signal\nsignal.signal(2, signal.SIG_IGN)\n" + GOOD
                               + "\nwhile True: pass"), 1),
    "gradebook": (gradebook, 0),
    "stderr": (lambda p: written(p, "import sys\n" + GOOD.replace(
        "    return", "    print('careful', file=sys.stderr)\n    return")), 1),
    "split": (split, 1),
    "deleted": (deleted, 1),
    "forged": (forged, 0),
    "twice": (lambda p: before(p, GOOD, WRONG), None),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory, nbgrader):
    """Release, hand in, autograde, export, give feedback: as an instructor does."""
    folder = tmp_path_factory.mktemp("course")
    said = release.release([NAME], folder)
    assert said[-1] == f"nbgrader knows {NAME}", said
    page = json.loads((folder / "release" / NAME / f"{NAME}.ipynb").read_text("utf-8"))
    for learner, (change, _) in WORST.items():
        made = change(copy.deepcopy(page))
        if learner == "split":
            cell(made, "descent-2-answer")["source"] = BALL
        files.write(folder / "submitted" / learner / NAME / f"{NAME}.ipynb", made)
    (folder / "course.toml").write_text("[limits]\ncell = 4\n")
    nbgrader(folder, "autograde", NAME)
    nbgrader(folder, "export", "--to", "grades.csv")
    nbgrader(folder, "generate_feedback", NAME)
    return folder


def scores(folder, check=CHECK):
    with sqlite3.connect(folder / "gradebook.db") as book:
        found = book.execute(
            "select student.id, grade.auto_score, grade.needs_manual_grade from grade"
            " join submitted_notebook on grade.notebook_id = submitted_notebook.id"
            " join submitted_assignment on submitted_notebook.assignment_id ="
            " submitted_assignment.id join student on submitted_assignment.student_id = student.id"
            " join base_cell on grade.cell_id = base_cell.id where base_cell.name = ?", (check,))
        return {student: (score, bool(manual)) for student, score, manual in found}


@sandboxed
def test_the_gradebook_holds_the_right_points(course):
    want = {name: (points, points is None) for name, (_, points) in WORST.items()}
    assert scores(course) == want


@sandboxed
def test_export_adds_them_up(course):
    with open(course / "grades.csv", encoding="utf-8", newline="") as lines:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(lines)}
    assert rows == {name: float(points or 0) + 3 * (name == "split")
                    for name, (_, points) in WORST.items()}


@sandboxed
def test_feedback_says_why_and_shows_nothing_that_runs(course):
    pages = {name: (course / "feedback" / name / NAME / f"{NAME}.html").read_text("utf-8")
             for name in WORST}
    assert "failed: one number" in pages["allclose"] and "cause" in pages["allclose"]
    assert "defined in different ways" in pages["twice"]
    assert "Right, 1 of 1" in pages["split"]
    assert json.loads((course / "graded" / "results.jsonl").read_text().splitlines()[0])
    assert (course / "graded" / "class.html").is_file()


@sandboxed
def test_no_solution_lies_in_nbgraders_folders(course):
    for path in course.rglob("*.ipynb"):
        assert "SOLUTION" not in path.read_text("utf-8"), path


def test_what_is_not_derived_is_not_released(tmp_path, monkeypatch):
    monkeypatch.setattr(release, "derive", lambda names, check: [ROOT / "x.ipynb"])
    with pytest.raises(ValueError, match="notebooks derive"):
        release.release([NAME], tmp_path)


def test_without_nbgrader_both_trees_are_there_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(release, "nbgrader", lambda: None)
    said = release.release(["descent"], tmp_path)
    assert "nbgrader generate_assignment 00_descent" in said[-1]
    page = json.loads((tmp_path / "release" / NAME / f"{NAME}.ipynb").read_text("utf-8"))
    assert cell(page, CHECK)["metadata"]["editable"] is False
    (tmp_path / "nbgrader_config.py").write_text("# mine\n")
    assert "yours is kept" in release.release(["descent"], tmp_path)[0]
    assert str(sys.executable) not in (tmp_path / "nbgrader_config.py").read_text()
