"""The gradebooks of Canvas and Moodle, answers in words, and the way back."""

import csv
import io
import json
import zipfile

import pytest

from gradcourse.cli import main
from gradcourse.grading import batch, export, library, marking, report, roster, submission

from .corpus import notebook
from .test_batch import PAGE, put

CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Descent (77),Other (78)\r\n"
    "    Points Possible,,,,,14,5\r\n"
    '"Doe, Ann",101,u1,ann,A,,\r\n"Roe, Bob",102,u2,bob,A,3,\r\n"Poe, Cy",103,u3,cy,A,,1\r\n'
    '"Student, Test",999,,test,A,,\r\n'
)
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Last modified (submission),"
    "Feedback comments\n"
    'Participant 101,Ann Doe,ann@x.org,Submitted,,14.00,"Monday, 30 November 2026, 2:05 PM",\n'
    "Participant 102,Bob Roe,bob@x.org,No submission,,14.00,-,\n"
)
CANVAS_FILES = {
    "doeann_101_555_00_descent.ipynb": PAGE, "doeann_101_556_00_descent-1.ipynb": PAGE,
    "roebob_LATE_102_557_00_descent.ipynb": PAGE, "strangeeve_404_558_00_descent.ipynb": PAGE,
}


def gradebook(folder, text):
    (folder / "grades.csv").write_bytes(text.encode())
    return roster.read(folder / "grades.csv")


def test_canvas_names_people_attempts_and_lateness(tmp_path):
    book = gradebook(tmp_path, CANVAS)
    found = submission.collect(put(tmp_path / "in", CANVAS_FILES), ["00_descent"], [], book)
    told = {f.student: (f.attempt, f.late, f.file, f.others) for f in found}
    assert told == {
        "ann": (2, False, "doeann_101_556_00_descent-1.ipynb",
                ("doeann_101_555_00_descent.ipynb",)),
        "bob": (1, True, "roebob_LATE_102_557_00_descent.ipynb", ()),
        "strangeeve_404": (1, False, "strangeeve_404_558_00_descent.ipynb", ()),
    }
    assert set(book.people) == {"ann", "bob", "cy"}


@pytest.mark.parametrize("name", [
    "Ann Doe_101_assignsubmission_file_/00_descent.ipynb",
    "Ann Doe_101_assignsubmission_file_00_descent.ipynb",
    "ann@x.org/00_descent/00_descent.ipynb", "Ann Doe/00_descent.ipynb",
])
def test_moodle_names_people_and_times(tmp_path, name):
    book = gradebook(tmp_path, MOODLE)
    (found,) = submission.collect(put(tmp_path / "in", {name: PAGE}), ["00_descent"], [], book)
    assert found.student == "ann@x.org" and found.file == name and found.time is not None


def test_a_name_that_two_share_names_nobody(tmp_path):
    book = gradebook(tmp_path, CANVAS.replace("102,u2", "102,ann"))
    assert "ann" not in book.known and book.known["101"] == "ann"


def test_another_table_is_refused(tmp_path):
    with pytest.raises(ValueError, match="neither Canvas"):
        gradebook(tmp_path, "a,b\n1,2\n")


def result(student, points, most=10.0, state="graded"):
    row = {"id": "descent.1", "title": "One step", "points": points, "max_points": most,
           "state": state, "reason": "", "checks": []}
    return {"student": student, "assignment": "00_descent", "key": "k", "answers": "a",
            "exercises": [row], "stopped": [], "printed": ""}


def classroom(out, points, texts, files=None):
    """Lay out a graded class without running anything."""
    for student, earned in points.items():
        state = "graded" if earned is not None else "ungraded"
        batch.save(out, result(student, earned or 0.0, state=state))
        batch.write(marking.place(out, "00_descent", student), {
            "student": student, "assignment": "00_descent",
            "texts": {"descent-6-answer": texts.get(student, "")}})
        batch.write(out / "handed_in" / "00_descent" / f"{student}.json", {
            "student": student, "assignment": "00_descent", "matched": True, "name": "",
            "file": (files or {}).get(student, f"{student}.ipynb"), "attempt": 1, "earlier": [],
            "time": None, "late": None})
    report.write_all(out)
    return out


def marks_file(path, out, points):
    """Write what the marking page would save."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(marking.COLUMNS)
        for answer in marking.answers(out):
            table.writerow([answer["assignment"], answer["question"], answer["answer"],
                            points.get(answer["student"], ""), "good"])
    return path


def test_marks_are_merged_and_survive(tmp_path):
    out = classroom(tmp_path / "out", {"ann": 10, "bob": 5}, {"ann": "Because."})
    assert "descent-6-answer,0,4,not started" in (out / "grades.csv").read_text()
    assert "ann,00_descent,descent-6" not in (out / "grades.csv").read_text()
    told = marking.merge(out, marks_file(tmp_path / "marks.csv", out, {"ann": 2.5}))
    report.write_all(out)
    assert told == {"taken": 1, "gone": []}
    assert "ann,00_descent,descent-6-answer,2.5,4,graded,good" in (out / "grades.csv").read_text()
    assert "good" in (out / "feedback/ann/00_descent.html").read_text()
    assert 'value="2.5"' in (out / "marking.html").read_text()


def test_a_mark_never_falls_on_an_answer_that_changed(tmp_path):
    out = classroom(tmp_path / "out", {"ann": 10}, {"ann": "Because."})
    file = marks_file(tmp_path / "marks.csv", out, {"ann": 4})
    classroom(out, {"ann": 10}, {"ann": "Because not."})
    assert marking.merge(out, file)["taken"] == 0 and len(marking.merge(out, file)["gone"]) == 1
    assert "points" not in marking.answers(out)[0]


@pytest.mark.parametrize(("points", "match"), [("5", "from 0 to 4"), ("many", "no number")])
def test_marks_out_of_range_change_nothing(tmp_path, points, match):
    out = classroom(tmp_path / "out", {"ann": 10}, {"ann": "Because."})
    with pytest.raises(ValueError, match=match):
        marking.merge(out, marks_file(tmp_path / "marks.csv", out, {"ann": points}))
    assert marking.marks(out) == []


def test_the_marking_page_names_nobody_and_runs_only_its_own_script(tmp_path):
    out = classroom(tmp_path / "out", {"secret-name": 1}, {"secret-name": "<script>x</script>"})
    text = (out / "marking.html").read_text()
    assert "secret-name" not in text and "&lt;script&gt;x" in text
    assert text.count("<script>") == 1 and "script-src 'sha256-" in text


def test_an_answer_in_words_is_found_however_it_is_written():
    page = library.page("00_descent")
    asked = next(n for n, c in enumerate(page)
                 if c["metadata"].get("nbgrader", {}).get("grade_id") == "descent-6-answer")
    question = page[asked - 1]["source"]
    for cells in (
        [question, ("markdown", "One."), ("markdown", "Two."), "x = 1"],  # its id is lost
        [("markdown", "One."), ("markdown", "Two.")],
    ):
        made = json.loads(notebook([c if isinstance(c, tuple) else
                                    ("markdown", c) if c == question else c for c in cells]))
        if len(cells) == 2:
            made["cells"][0]["metadata"]["nbgrader"] = {"grade_id": "descent-6-answer"}
        read = submission.read(json.dumps(made).encode(), set(), page)
        assert read.texts == {"descent-6-answer": "One.\n\nTwo."}
    untouched = json.dumps({"cells": page, "metadata": {}}).encode()
    assert submission.read(untouched, set(), page).texts == {"descent-6-answer": ""}


def test_export_fills_the_same_gradebook_and_names_the_feedback(tmp_path):
    files = {"ann": "doeann_101_555_00_descent.ipynb"}
    out = classroom(tmp_path / "out", {"ann": 7.5, "bob": None, "eve": 3}, {}, files)
    book = gradebook(tmp_path, CANVAS)
    told = export.export(out, book, "00_descent", "descent")
    assert (told["filled"], told["unknown"], told["silent"]) == (1, ["eve"], ["cy"])
    assert told["open"] == {"bob": "descent.1"}
    want = CANVAS.replace('"Doe, Ann",101,u1,ann,A,,', '"Doe, Ann",101,u1,ann,A,7.5,')
    assert told["gradebook"].read_bytes() == want.encode()
    with zipfile.ZipFile(told["feedback"]) as made:
        assert "doeann_101_555_00_descent.html" in made.namelist()
    assert (tmp_path / "grades.csv").read_bytes() == CANVAS.encode()


def test_export_waits_for_marks_and_knows_the_column(tmp_path):
    out = classroom(tmp_path / "out", {"ann@x.org": 7}, {"ann@x.org": "Because."})
    assert export.export(out, gradebook(tmp_path, MOODLE), "00_descent")["open"]
    marking.merge(out, marks_file(tmp_path / "marks.csv", out, {"ann@x.org": 4}))
    told = export.export(out, gradebook(tmp_path, MOODLE), "00_descent")
    assert "Ann Doe,ann@x.org,Submitted,11,14.00" in told["gradebook"].read_text()
    for text, column, match in ((MOODLE.replace("14.00", "10"), "", "worth 10 points"),
                                (CANVAS, "", "--column must name"),
                                (CANVAS, "Section", "--column must name")):
        with pytest.raises(ValueError, match=match):
            export.export(out, gradebook(tmp_path, text), "00_descent", column)


def test_grades_name_people_of_the_roster(tmp_path):
    book = gradebook(tmp_path, CANVAS)
    broken = {name: content[:-20] for name, content in CANVAS_FILES.items()}
    batch.grade(put(tmp_path / "in", broken), tmp_path / "out", ["00_descent"], roster=book)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out/handed_in.csv").read_text())))
    assert {r["student"]: r["name"] for r in rows} == {
        "ann": "Doe, Ann", "bob": "Roe, Bob", "strangeeve_404": "not on the roster"}


def test_the_command_tells_what_waits(tmp_path, capsys):
    place = put(tmp_path / "in", {"ann.ipynb": PAGE[:-20]})
    out = str(tmp_path / "out")
    assert main(["grade", str(place), "--out", out, "--assignment", "00"]) == 0
    said = capsys.readouterr().out
    assert "graded 1, kept 0" in said and "ungraded: ann  descent.1  no notebook" in said
    assert main(["grade", str(place), "--out", out, "--assignment", "00", "--marks", "x"]) == 2
    (tmp_path / "grades.csv").write_text(CANVAS)
    words = ["export", "00", "--out", out, "--roster", str(tmp_path / "grades.csv")]
    assert main(words) == 2 and "--column must name" in capsys.readouterr().err
    (tmp_path / "grades.csv").write_text(CANVAS.replace(",,14,", ",,18,").replace(",14,", ",18,"))
    assert main([*words, "--column", "Descent"]) == 0
    said = capsys.readouterr().out
    assert "0 marks" in said and "no mark yet: ann" in said and "handed nothing in" in said
