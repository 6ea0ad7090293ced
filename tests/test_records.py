"""Recorded runs: made by a function that is kept, stale when its code changes, shown in a line."""

import json
import shutil
from pathlib import Path

import pytest

from gradcourse import cli, notebooks, recorded
from gradcourse.lab import recorded as show_record
from gradcourse.notebooks.reach import reached
from gradcourse.notebooks.record import Recorded, record_hash
from gradcourse.notebooks.stamp import code_hash
from gradcourse.recorded import multistage

ROOT = Path(__file__).resolve().parents[1]
KEPT = notebooks.records(root=ROOT)
LOOKING = {("entangled", "pilot"), ("entangled", "sweep")}  # spreads and a panel: nothing is judged
FIELDS = ["command", "date", "device", "seconds", "versions", "settings", "hash", "numbers"]


@pytest.fixture
def course(tmp_path):
    """A copy of the code that records rest on."""
    shutil.copytree(ROOT / "gradcourse", tmp_path / "gradcourse",
                    ignore=shutil.ignore_patterns("__pycache__"))
    for other in (tmp_path / "gradcourse" / "recorded").glob("[!_]*"):
        if other.name != "multistage":
            shutil.rmtree(other)
    (tmp_path / "chapters").mkdir()
    return tmp_path


def edit(course, path, old, new):
    file = course / "gradcourse" / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def states(course):
    return [row.state for row in notebooks.records("multistage", course)]


def plain(thing):
    if isinstance(thing, dict):
        return all(type(key) is str and plain(value) for key, value in thing.items())
    if isinstance(thing, list):
        return all(map(plain, thing))
    return thing is None or type(thing) in (bool, int, float, str)


@pytest.mark.parametrize("row", KEPT, ids=lambda row: f"{row.slug}-{row.name}")
def test_no_record_is_stale(row):
    """Made by the code that is there now; else run `gradcourse record`."""
    assert row.state == "fresh", str(row)


@pytest.mark.parametrize("row", KEPT, ids=lambda row: f"{row.slug}-{row.name}")
def test_a_record_says_where_it_is_from_and_judges_on_fresh_seeds(row):
    record = recorded.load(row.slug, row.name)
    assert list(record) == FIELDS
    assert record["command"] == f"gradcourse record {row.slug} {row.name}"
    fresh = record["settings"].get("seeds", {"first": 1000})["first"] >= 1000
    assert fresh != ((row.slug, row.name) in LOOKING)
    assert record["numbers"] and plain(record["numbers"])


def test_there_is_a_record_and_it_is_packaged():
    assert ("multistage", "digits") in [row[:2] for row in KEPT]
    assert '"recorded/*/*.json"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_the_page_gets_the_numbers_and_one_line(capsys):
    record = recorded.load("multistage", "digits")
    assert show_record("multistage", "digits") == record["numbers"]
    assert capsys.readouterr().out == (
        f"recorded {record['date']} on {record['device']} by "
        "`gradcourse record multistage digits`\n")


@pytest.mark.parametrize(("path", "old", "new", "state"), [
    ("recorded/multistage/__init__.py", "1 / 8,", "1 / 16,", "stale"),
    ("methods/multistage/steps.py", "1 - ", "2 - ", "stale"),
    ("methods/descent.py", "return x - lr * g", "return x + lr * g", "stale"),
    ("problems.py", "-logsigmoid", "logsigmoid", "stale"),
    ("data.py", ") / 16", ") / 15", "stale"),
    ("recorded/multistage/__init__.py", "The race of chapter", "A race of chapter", "fresh"),
    ("problems.py", "class Kinked:", "class Other:\n    high = 1\n\n\nclass Kinked:", "fresh"),
    ("methods/descent.py", "def best_lr(", "def finest_lr(", "fresh"),
    ("pictures/multistage.py", "import", "import math, ", "fresh"),
    ("recorded/multistage/__init__.py", '{"digits": digits}', '{"letters": digits}', "left over"),
])
def test_a_record_is_stale_when_code_it_rests_on_changes(course, path, old, new, state):
    assert states(course) == ["fresh"]
    edit(course, path, old, new)
    assert state in states(course)
    assert len(states(course)) == (2 if state == "left over" else 1)


def test_a_record_never_made_is_missing(course):
    (course / "gradcourse" / "recorded" / "multistage" / "digits.json").unlink()
    assert states(course) == ["missing"]


def test_what_is_reached_is_followed_through_modules(tmp_path):
    library = tmp_path / "gradcourse"
    library.mkdir()
    (library / "a.py").write_text("from gradcourse import b\nfrom .c import one\n")
    (library / "b.py").write_text("x = 1\n")
    (library / "c.py").write_text("from gradcourse.d import deep\nTWO = 2\n\n\n"
                                  "@deep\ndef one():\n    return TWO\n\n\ndef no():\n    pass\n")
    (library / "d.py").write_text("def deep(f):\n    return f\n\n\nother = 5\n")
    start = library / "a.py"
    found = reached({start: start.read_text()}, tmp_path)
    assert {path.name: code for path, code in found.items()} == {
        "b.py": "x = 1",
        "c.py": "from gradcourse.d import deep\nTWO = 2\n@deep\ndef one():\n    return TWO",
        "d.py": "def deep(f):\n    return f",
    }


def test_record_runs_the_function_and_writes_what_it_gave(course, monkeypatch, capsys):
    def small(device, progress, *, seeds=range(1000, 1003), size=8):
        return {"device": device, "sum": sum(progress([1, 2])), "size": size}

    monkeypatch.setitem(multistage.RUNS, "digits", small)
    (path,) = notebooks.record("01_multistage", "digits", device="cpu", root=course)
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept["numbers"] == {"device": "cpu", "sum": 3, "size": 8}
    assert kept["settings"] == {"seeds": {"first": 1000, "last": 1002}, "size": 8}
    assert kept["hash"] == record_hash("multistage", course)
    assert "torch" in kept["versions"] and kept["device"].startswith("CPU")
    assert notebooks.record(root=course) == []  # nothing is stale


def test_a_stale_record_is_made_again_without_asking_for_it(course, monkeypatch):
    monkeypatch.setitem(multistage.RUNS, "digits", lambda device, progress: {"x": 1})
    edit(course, "recorded/multistage/__init__.py", "1 / 8,", "1 / 16,")
    assert [path.name for path in notebooks.record(progress=False, root=course)] == ["digits.json"]
    assert states(course) == ["fresh"]


def test_the_race_on_digits_runs_at_a_small_size():
    got = multistage.digits("cpu", iter, seeds=range(2), looking=range(2), budget=60)
    want = recorded.load("multistage", "digits")["numbers"]
    assert got.keys() == want.keys() and got["kappa"] == want["kappa"]
    assert list(got["heights"]["tuned"]) == list(multistage.METHODS)
    assert got == multistage.digits("cpu", iter, seeds=range(2), looking=range(2), budget=60)


def test_a_page_is_stale_when_the_record_it_shows_changes(course):
    path = ROOT / "chapters" / "01_multistage.ipynb"
    page = notebooks.files.read(path)
    for cell in page["cells"]:
        cell["source"] = cell["source"].replace("recorded(", "kept(")
    plain_hash = code_hash(page, path.stem, course)
    page["cells"][-1]["source"] += '\nrecorded("multistage", "digits")'
    before = code_hash(page, path.stem, course)
    edit(course, "recorded/multistage/digits.json", '"kappa": ', '"kappa": 1')
    assert code_hash(page, path.stem, course) != before
    page["cells"][-1]["source"] = page["cells"][-1]["source"].rpartition("\n")[0]
    assert code_hash(page, path.stem, course) == plain_hash


@pytest.mark.parametrize(("words", "said"), [
    (["record", "zz"], "no records of 'zz'; there is "),
    (["record", "multistage", "letters"], "no record 'letters' of multistage; there is digits"),
    (["record", "--list", "zz"], "no records of 'zz'"),
    (["record", "multistage", "digits", "--device", "toaster"], "toaster"),
])
def test_what_cannot_be_recorded_is_one_line(capsys, words, said):
    assert cli.main(words) == 2
    told = capsys.readouterr()
    assert told.out == "" and len(told.err.splitlines()) == 1 and said in told.err


@pytest.mark.parametrize(("state", "code"), [("fresh", 0), ("stale", 1), ("missing", 1)])
def test_list_says_what_there_is(monkeypatch, capsys, state, code):
    rows = [Recorded("toy", "one", state, "2026-01-02, CPU")]
    monkeypatch.setattr("gradcourse.notebooks.records", lambda slug: rows)
    assert cli.main(["record", "--list"]) == code
    assert capsys.readouterr().out == f"toy one: {state} (2026-01-02, CPU)\n"


def test_an_unknown_record_names_those_there_are():
    with pytest.raises(ValueError, match="no record 'zz' of multistage; there is digits"):
        recorded.load("multistage", "zz")
