"""Batches: layouts, resume after a kill, overrides, regrades; what a stranger's text may do."""

import csv
import io
import json
import math
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile

import psutil
import pytest

from gradcourse.checks import EXERCISES, local_call, run
from gradcourse.grading import batch, class_page, desk, feedback, judge, library, report, submission
from gradcourse.grading.submission import collect

from .corpus import GOOD, SETUP, WRONG, notebook
from .test_corpus import ROOT, sandboxed

BOTH = ["00_descent", "01_multistage"]
PAGE = notebook([SETUP, GOOD])
BAD = notebook([SETUP, WRONG])


def put(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def archive(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return path


@pytest.mark.parametrize(("files", "known", "want"), [
    ({"ann/00_descent/00_descent.ipynb": PAGE}, BOTH, [("ann", "00_descent")]),
    ({"ann/01_multistage.ipynb": PAGE}, BOTH, [("ann", "01_multistage")]),
    ({"ann.ipynb": PAGE, "bob.ipynb": PAGE}, BOTH[:1],
     [("ann", "00_descent"), ("bob", "00_descent")]),
    ({"ann.ipynb": PAGE}, BOTH, [("ann", "")]),
    ({"all/ann/00_descent/00_descent.ipynb": PAGE}, BOTH, [("ann", "00_descent")]),
    ({"ann/00_descent/.ipynb_checkpoints/x.ipynb": PAGE}, BOTH, []),
])
def test_layouts(tmp_path, files, known, want):
    for place in (put(tmp_path / "tree", files), archive(tmp_path / "all.zip", files)):
        assert [(f.student, f.assignment) for f in collect(place, known)] == want


def test_a_python_file_and_two_notebooks_are_told_apart(tmp_path):
    files = {"ann/00_descent/answer.py": b"x", "bob/00_descent/a.ipynb": PAGE,
             "bob/00_descent/b.ipynb": PAGE, "cy/00_descent/00_descent.ipynb": PAGE,
             "cy/00_descent/old.ipynb": BAD}
    ann, bob, cy = collect(put(tmp_path, files), BOTH)
    assert "answer.py is no notebook" in ann.problem
    assert "several notebooks" in bob.problem
    assert not cy.problem and cy.content == PAGE


def test_another_assignment_of_the_same_student_is_left_out(tmp_path):
    files = {"ann/00_descent/00_descent.ipynb": PAGE, "ann/01_multistage/01_multistage.ipynb": BAD,
             "12_smith/x.ipynb": PAGE}
    found = collect(put(tmp_path, files), BOTH[:1], BOTH)
    assert [(f.student, f.assignment) for f in found] == [
        ("12_smith", "00_descent"), ("ann", "00_descent")]


@pytest.mark.parametrize("cell", [
    "%x\n" + " " * 400_000 + "a", "%x\n" + "a " * 200_000 + "!", "%x\n" + "a," * 200_000 + "=!",
    ("markdown", "def gradient_step(:\n" + "\n" * 400_000 + "x"),
    ("markdown", "def gradient_step(:\n```" + " " * 400_000 + "x"),
])
def test_no_text_slows_the_reader_down(cell):
    start = time.process_time()
    submission.read(notebook([cell]), {"gradient_step"}, [])
    assert time.process_time() - start < 5  # a pattern that backtracks takes an hour


@pytest.mark.parametrize("name", ["../x.ipynb", "/etc/x.ipynb", "a/../../x.ipynb", "..\\x.ipynb",
                                  "C:\\x.ipynb"])
def test_an_archive_that_points_outside_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="outside"):
        collect(archive(tmp_path / "x.zip", {name: PAGE}), BOTH)


def test_a_bomb_and_a_link_are_refused(tmp_path):
    with pytest.raises(ValueError, match="too far"):
        collect(archive(tmp_path / "x.zip", {"a.ipynb": b"0" * 2**24}), BOTH)
    link = zipfile.ZipInfo("a.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "y.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    with pytest.raises(ValueError, match="link"):
        collect(tmp_path / "y.zip", BOTH)


def test_a_link_in_a_folder_is_not_followed(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(PAGE)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann.ipynb").symlink_to(secret)
    assert collect(tmp_path / "in", BOTH[:1])[0].problem == "a link, not a file"


def test_the_secret_is_made_for_the_owner_only(tmp_path):
    key = batch.secret(tmp_path / "secret.key")
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert batch.secret(tmp_path / "secret.key") == key
    (tmp_path / "secret.key").chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        batch.secret(tmp_path / "secret.key")


def test_seeds_differ_by_student_and_exercise_and_purpose():
    seeds = {batch.seed(b"k" * 32, p, e, s) for p in ("graded", "shown")
             for e in ("descent.1", "descent.2") for s in ("ann", "bob")}
    assert len(seeds) == 8


def test_course_toml_names_what_it_does_not_know(tmp_path):
    (tmp_path / "course.toml").write_text("secrets = 'x'\n")
    with pytest.raises(ValueError, match="not secrets"):
        batch.settings(tmp_path)
    (tmp_path / "course.toml").write_text("[limits]\nexercise = 4\n")
    assert batch.settings(tmp_path).limits.exercise == 4


def test_a_name_leads_nowhere_and_a_formula_stays_text():
    assert "/" not in report.safe("../../x") and report.safe("a/b") != report.safe("a_b")
    assert report.cell("=1+1") == "'=1+1"


def test_feedback_escapes_a_strangers_text():
    evil = "<script>alert(1)</script>"
    entry = {"check": "c", "passed": False, "points": 0, "disputed": False, "cause": evil,
             "tried": evil, "expected": evil, "got": evil}
    row = {"id": "descent.1", "state": "graded", "points": 0.0, "max_points": 1.0,
           "reason": evil, "checks": [entry]}
    result = {"student": evil, "assignment": "00_descent", "exercises": [row],
              "stopped": [{"cell": 1, "why": evil}], "printed": evil}
    answer = {"assignment": "00_descent", "question": evil, "student": evil, "text": evil,
              "answer": "0", "comment": evil, "points": 0}
    for text in (feedback.page(result, [answer]), class_page.page([result])):
        assert "<script" not in text and "&lt;script" in text
        assert "default-src 'none'" in text and "script-src" not in text


def test_points_exercises_and_deadlines_come_from_course_toml(tmp_path):
    (tmp_path / "course.toml").write_text(
        'exercises = ["descent.1"]\n[points]\n"descent.1" = 10\n'
        "[deadlines]\n00_descent = 2026-11-30\n")
    chosen = batch.settings(tmp_path)
    assert chosen.deadlines["00_descent"].hour == 23
    task, _ = batch.task(submission.Found("ann", "00_descent", PAGE[:-20]), b"k" * 32, chosen, "e")
    rows = judge.judge(task)["exercises"]
    assert [(r["id"], r["max_points"], r["state"]) for r in rows] == [("descent.1", 10, "ungraded")]
    (tmp_path / "course.toml").write_text('[points]\n"descent.1" = 0\n')
    with pytest.raises(ValueError, match="must be > 0"):
        batch.settings(tmp_path)
    (tmp_path / "course.toml").write_text('[deadlines]\n00_descent = "soon"\n')
    with pytest.raises(ValueError, match="must be a date"):
        batch.settings(tmp_path)


def test_the_exercise_of_the_instructors_page_works(tmp_path):
    text = (ROOT / "docs" / "instructors.md").read_text("utf-8")
    (tmp_path / "own.py").write_text(text.split("```python\n")[1].split("```")[0])

    def half_life(rate):
        return math.log(0.5) / math.log(1 - rate)

    try:
        mine = library.exercises("01_multistage", (str(tmp_path / "own.py"),))[-1]
        assert (mine.id, run(mine, local_call(half_life), b"seed").state) == (
            "multistage.9", "right")
        assert run(mine, local_call(half_life=lambda rate: rate), b"seed").state == "wrong"
    finally:
        EXERCISES.pop("multistage.9", None)


def test_what_came_after_the_deadline_is_late(tmp_path):
    files = {**{f"{who}/00_descent/00_descent.ipynb": PAGE[:-20] for who in ("ann", "bob", "cy")},
             "ann/00_descent/timestamp.txt": b"2026-11-30 10:00:00.5 UTC\n",
             "bob/00_descent/timestamp.txt": b"2026-12-02 10:00:00 UTC"}
    out = tmp_path / "out"
    out.mkdir()
    (out / "course.toml").write_text("[deadlines]\n00_descent = 2026-12-01T00:00:00Z\n")
    batch.grade(put(tmp_path / "in", files), out, ["00_descent"])
    rows = csv.DictReader(io.StringIO((out / "handed_in.csv").read_text()))
    assert {r["student"]: r["late"] for r in rows} == {"ann": "in time", "bob": "late", "cy": ""}
    assert "after the deadline" in (out / "feedback/bob/00_descent.html").read_text()


def test_an_earlier_attempt_is_kept_apart(tmp_path):
    other = json.dumps({"cells": [], "metadata": {"language_info": {"name": "R"}}}).encode()
    for n, content in enumerate((PAGE[:-20], PAGE[:-30], other)):
        place = put(tmp_path / str(n), {"ann.ipynb": content})
        batch.grade(place, tmp_path / "out", ["00_descent"])
    earlier = [json.loads(p.read_text()) for p in (tmp_path / "out").glob("earlier/*/*.json")]
    assert ["cut short" in r["exercises"][0]["reason"] for r in earlier] == [True]
    assert "for r" in report.results(tmp_path / "out")[0]["exercises"][0]["reason"]


def test_a_fault_of_ours_costs_a_row_and_is_tried_again(tmp_path, monkeypatch):
    def stops(*args):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(judge, "sandbox_for", lambda name: None)
    monkeypatch.setattr(judge._Session, "call", stops)
    place = put(tmp_path / "in", {"ann.ipynb": PAGE})
    for _ in range(2):
        assert batch.grade(place, tmp_path / "out", ["00_descent"])["graded"] == 1
    row = report.results(tmp_path / "out")[0]["exercises"][0]
    assert row["state"] == "ungraded" and "ZeroDivisionError: ours" in row["reason"]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    files = {"ann.ipynb": PAGE, "bob.ipynb": BAD, "cy.ipynb": PAGE[:-20], "=dan.ipynb": PAGE}
    told = batch.grade(put(folder / "in", files), folder / "out", ["00_descent"])
    return folder / "in", folder / "out", told


@sandboxed
def test_a_batch_writes_its_tables(graded):
    _, out, told = graded
    assert (told["graded"], told["kept"]) == (4, 0)
    rows = {(r["student"], r["exercise"]): r
            for r in csv.DictReader(io.StringIO((out / "grades.csv").read_text()))}
    assert rows["ann", "descent.1"]["score"] == "1"
    assert rows["bob", "descent.1"]["score"] == "0"
    assert (rows["cy", "descent.1"]["score"], rows["cy", "descent.1"]["state"]) == ("", "ungraded")
    assert rows["ann", "descent.2"]["state"] == "not started"
    assert ("'=dan", "descent.1") in rows
    assert "1 not" not in (out / "class.html").read_text() and (out / "results.jsonl").is_file()
    assert len(list((out / "feedback").rglob("*.html"))) == 4


@sandboxed
def test_again_nothing_is_graded_twice(graded):
    place, out, _ = graded
    before = (out / "results.jsonl").read_bytes()
    assert batch.grade(place, out, ["00_descent"])["graded"] == 0
    assert (out / "results.jsonl").read_bytes() == before


@sandboxed
def test_the_feedback_shows_no_graded_input(graded):
    """What is shown comes from the public seed: another student's page shows the same numbers."""
    place, out, _ = graded
    checks = json.loads((out / "results/00_descent/bob.json").read_text())["exercises"][0]["checks"]
    shown = [check["tried"] for check in checks if not check["passed"]]
    settings = batch.Settings(out / "other.key")
    found = submission.Found("eve", "00_descent", BAD)
    from gradcourse.grading import judge

    other = judge.judge(batch.task(found, b"z" * 32, settings, "e")[0])
    judge.close()
    assert shown == [c["tried"] for c in other["exercises"][0]["checks"] if not c["passed"]]


@sandboxed
def test_an_override_survives_and_regrading_tells_first(graded):
    place, out, _ = graded
    desk.override(out, "bob", "descent.1", 0.5, "nearly")
    path = out / "results" / "00_descent" / "ann.json"
    stored = json.loads(path.read_text())
    stored["exercises"][0]["points"] = 0.25  # as if a check had been wrong
    path.write_text(json.dumps(stored))
    change = {"student": "ann", "exercise": "descent.1", "before": 0.25, "after": 1.0}
    assert desk.regrade(place, out, "descent.1") == [change]
    assert json.loads(path.read_text())["exercises"][0]["points"] == 0.25
    desk.regrade(place, out, "descent.1", apply=True)
    table = (out / "grades.csv").read_text()
    assert "ann,00_descent,descent.1,1,1,graded" in table
    assert "bob,00_descent,descent.1,0.5,1,graded,set by hand: nearly" in table
    with pytest.raises(ValueError, match="from 0 to 1"):
        desk.override(out, "bob", "descent.1", 7, "x")


@sandboxed
def test_explain_replays_the_call(graded):
    place, out, _ = graded
    told = desk.explain(place, out, "bob", "descent.1", None)
    assert "one number" in told and "failed" in told
    with pytest.raises(ValueError, match="no submission"):
        desk.explain(place, out, "nobody", "descent.1", None)


@sandboxed
@pytest.mark.slow
def test_killed_in_the_middle_and_resumed_the_result_is_the_same(tmp_path):
    place = put(tmp_path / "in", {f"s{n:02}.ipynb": PAGE if n % 2 else BAD for n in range(20)})
    (tmp_path / "key").write_text("k" * 64)
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "course.toml").write_text('secret = "key"\nassignments = ["00_descent"]\n')
    words = [sys.executable, "-m", "gradcourse", "grade", str(place), "--config",
             str(tmp_path / "course.toml"), "--out"]
    once, twice = tmp_path / "once", tmp_path / "twice"
    subprocess.run([*words, str(once), "--jobs", "2"], cwd=ROOT, check=True, capture_output=True)
    running = subprocess.Popen([*words, str(twice), "--jobs", "2"], cwd=ROOT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 400  # a busy machine
    while len(list(twice.glob("results/*/*.json"))) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    started = psutil.Process(running.pid).children(recursive=True)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    assert len(started) >= 4 and psutil.wait_procs(started, timeout=30)[1] == []
    done = {p.name: p.stat().st_mtime_ns for p in twice.glob("results/*/*.json")}
    assert 3 <= len(done) < 20
    subprocess.run([*words, str(twice)], cwd=ROOT, check=True, capture_output=True)
    again = {p.name: p.stat().st_mtime_ns for p in twice.glob("results/*/*.json")}
    assert all(again[name] == stamp for name, stamp in done.items()) and len(again) == 20
    assert (once / "results.jsonl").read_bytes() == (twice / "results.jsonl").read_bytes()
