"""Cards, hints, progress: what a learner sees, and what is kept."""

import importlib
import json
import re
import time

import pytest
import torch

from gradcourse import folders
from gradcourse.checks import EXERCISES, Exercise, require, same
from gradcourse.lab import card_text, check, hint, progress
from gradcourse.lab.cards import CheckFailed

cards = importlib.import_module("gradcourse.lab.cards")
ledger = importlib.import_module("gradcourse.lab.progress")
HINTS = ("Look at the <sign>.", "x = `x - g`", "one\n  two")


@pytest.fixture
def shown(monkeypatch, tmp_path):
    """Collect what is displayed; stand outside of any learner's folder."""
    for name in ("NBGRADER_EXECUTION", "GRADCOURSE_STRICT", "JPY_SESSION_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    seen = []
    monkeypatch.setattr(cards, "display", lambda bundle, **options: seen.append((bundle, options)))
    monkeypatch.setattr(ledger, "_memory", {})
    monkeypatch.setattr(ledger, "_page", [])
    return seen


@pytest.fixture
def toy(shown, monkeypatch):
    exercise = Exercise(
        id="descent.77", name="double", title="Twice <x>", points=2, minutes=7, hints=HINTS
    )

    @exercise.check("a number", hint=2)
    def number(call, draw):
        causes = [(1.0, "you forgot <b>to double</b>")]
        return same(call("double", 1.0).value, 2.0, tried="double(1.0)", causes=causes)

    @exercise.check("zero", hint=3)
    def zero(call, draw):
        words = {"tried": "double(0.0)", "expected": "0.0", "got": "other", "cause": "not zero"}
        return require(call("double", 0.0).value == 0, **words)

    yield exercise
    del EXERCISES["descent.77"]


def make(body, name="double"):
    space = {"time": time, "torch": torch}
    exec(f"def {name}(x):\n    {body}", space)
    return space[name]


def text(shown):
    return shown[-1][0]["text/plain"]


def html(shown):
    return shown[-1][0]["text/html"]


def test_a_right_answer_gets_one_green_card(toy, shown):
    assert check("descent.77", make("return 2 * x")) is None
    assert len(shown) == 1
    assert text(shown).splitlines() == [
        "descent.77 Twice <x>: right, 2 of 2 points",
        "  passed: a number, zero",
    ]
    assert cards.GREEN in html(shown) and "Right, 2 of 2 points" in html(shown)


def test_a_wrong_answer_is_told_what_was_tried_and_why_it_failed(toy, shown):
    check("descent.77", make("return x"))
    assert text(shown).splitlines() == [
        "descent.77 Twice <x>: partly right, 1 of 2 points",
        "  passed: zero",
        "  failed: a number",
        "    tried     double(1.0)",
        "    expected  2.0",
        "    got       1.0",
        "    cause     you forgot <b>to double</b>",
        "    hint      number 2 of hint('descent.77')",
    ]
    assert cards.RED in html(shown)
    words = re.sub("<[^>]+>", " ", html(shown))
    for word in ("tried", "expected", "got", "double(1.0)", "Passed: zero", "Hint 2", "1 of 2"):
        assert word in words


def test_what_an_answer_says_is_never_markup(toy, shown):
    check("descent.77", make("raise ValueError('<script>alert(1)</script>')"))
    assert "<script" not in html(shown) and "&lt;script" in html(shown)
    check("descent.77", make("return x"))
    assert "<b>to double" not in html(shown) and "<x>" not in html(shown)


def test_further_failures_are_folded(toy, shown):
    check("descent.77", make("return 9.0"))
    assert html(shown).count("<details") == 1 and "1 more check fails" in html(shown)
    assert "  failed: zero: not zero" in text(shown)


def test_a_stub_gets_a_grey_card_without_failures(toy, shown):
    check("descent.77", make("raise NotImplementedError('not started')"))
    assert "not started, 0 of 2 points" in text(shown) and "failed" not in text(shown)
    assert cards.GREY in html(shown) and cards.RED not in html(shown)


@pytest.mark.parametrize(
    ("fn", "words"),
    [
        (make("return 2 * x", "twice"), "this is `twice`, `double` is asked for"),
        (3.0, "this is a float, not a function"),
        (None, "this is a NoneType"),
    ],
)
def test_another_thing_than_the_answer_is_refused_before_it_runs(toy, shown, fn, words):
    check("descent.77", fn)
    assert words in text(shown) and cards.RED in html(shown)
    assert ledger.read() == {}


def test_an_answer_that_uses_the_library_is_warned(toy, shown):
    body = "from gradcourse.methods.descent import rate\n    return 2 * x"
    check("descent.77", make(body))
    assert "right" in text(shown) and "In class that module is out of reach" in text(shown)
    toy.withheld = False
    check("descent.77", make(body))
    assert "out of reach" not in text(shown)


def test_an_unknown_id_raises(shown):
    with pytest.raises(ValueError, match="descent.1"):
        check("descent.99", len)


def test_under_nbgrader_the_points_are_the_only_result(toy, shown, monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    points = [check("descent.77", make(f"return {value}")) for value in ("2 * x", "x", "9.0")]
    assert points == [2.0, 1.0, 0.0] and all(type(p) is float for p in points)
    assert check("descent.77", 3.0) == 0.0
    assert shown == [] and capsys.readouterr().out == "" and ledger.read() == {}


def test_strict_raises_unless_right(toy, shown, monkeypatch):
    monkeypatch.setenv("GRADCOURSE_STRICT", "1")
    check("descent.77", make("return 2 * x"))
    for fn in (make("return x"), make("raise NotImplementedError"), 3.0):
        with pytest.raises(CheckFailed, match=r"descent\.77"):
            check("descent.77", fn)


def test_a_slow_check_says_how_to_stop_it_in_the_cards_own_place(toy, shown, monkeypatch):
    monkeypatch.setattr(cards, "PATIENCE", 0.05)
    check("descent.77", make("time.sleep(0.3)\n    return 2 * x"))
    (first, early), (last, late) = shown
    assert "still running after 0.05 s" in first["text/plain"] and "Interrupt" in str(first)
    assert "right" in last["text/plain"]
    assert early["display_id"] == late["display_id"]
    assert (early["update"], late["update"]) == (False, True)


def test_a_quick_check_shows_no_notice(toy, shown, monkeypatch):
    monkeypatch.setattr(cards, "PATIENCE", 0.2)
    check("descent.77", make("return 2 * x"))
    time.sleep(0.3)
    assert len(shown) == 1


def test_an_interrupted_check_says_so(toy, shown):
    check("descent.77", make("raise KeyboardInterrupt"))
    assert "stopped by you, nothing judged" in text(shown)
    assert ledger.read() == {}


def test_hints_open_one_inside_the_other(toy, shown):
    hint("descent.77")
    inside = html(shown)
    assert inside.count("<details") == 3 and " open" not in inside
    assert inside.index("Hint 1") < inside.index("Hint 2") < inside.index("Hint 3")
    assert inside.rstrip("</div>").endswith("</details></details></details")
    assert "&lt;sign&gt;" in inside and "<pre" in inside
    assert [text(shown).count(word) for word in ("hint 1", "hint 2", "hint 3")] == [1, 1, 1]


# ---------------------------------------------------------------- progress


@pytest.fixture
def home(tmp_path, monkeypatch, shown):
    """Stand in a learner's folder."""
    (tmp_path / folders.HOME).mkdir()
    (tmp_path / folders.HOME / "manifest.json").write_text('{"files": {}}', encoding="utf-8")
    (tmp_path / "exercises" / "00_descent").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "exercises" / "00_descent")
    return tmp_path / folders.HOME / "progress.json"


def test_the_best_result_is_kept_in_the_learners_folder(toy, home):
    check("descent.77", make("raise NotImplementedError"))
    assert json.loads(home.read_text(encoding="utf-8"))["descent.77"]["tries"] == 0
    for body in ("return x", "return 2 * x", "return 9.0"):
        check("descent.77", make(body))
    entry = json.loads(home.read_text(encoding="utf-8"))["descent.77"]
    assert entry == {"points": 2.0, "max": 2.0, "state": "right", "tries": 3}
    assert [path.name for path in home.parent.iterdir() if "part" in path.name] == []


def test_outside_a_learners_folder_nothing_is_written(toy, shown, tmp_path):
    check("descent.77", make("return x"))
    assert ledger.read()["descent.77"]["points"] == 1.0
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize(
    "broken", ["", "{", "[]", '{"descent.77": 3}', '{"descent.77": {"points": "x"}}', "\x00"]
)
def test_a_broken_record_is_set_aside(toy, home, broken):
    home.write_text(broken, encoding="utf-8")
    check("descent.77", make("return 2 * x"))
    assert json.loads(home.read_text(encoding="utf-8"))["descent.77"]["state"] == "right"
    aside = home.with_name("progress.unreadable-1.json")
    assert aside.read_text(encoding="utf-8") == broken


def test_a_record_in_bytes_that_are_no_text_is_set_aside(toy, home):
    home.write_bytes(b"\xff\xfe\xff")
    check("descent.77", make("return 2 * x"))
    assert "right" in home.read_text(encoding="utf-8")


def test_a_failed_write_is_no_reason_to_fail(toy, home, shown, monkeypatch):
    monkeypatch.setattr(ledger.os, "replace", lambda *paths: (_ for _ in ()).throw(OSError()))
    check("descent.77", make("return x"))
    assert "partly right" in text(shown) and not home.exists()
    assert [path.name for path in home.parent.iterdir()] == ["manifest.json"]


def test_progress_lists_this_notebooks_exercises_and_the_next(toy, home, shown):
    check("descent.77", make("return x"))
    progress()
    lines = text(shown).splitlines()
    assert lines[0].startswith("[") and "1 of " in lines[0] and "next: descent.1" in lines[0]
    assert re.search(r"descent\.77 .*Twice.* 1/2 +7 min +partly", lines[-1])
    assert "1 of 2" in html(shown) and "<x>" not in html(shown)


def test_progress_finds_the_page(shown, monkeypatch, tmp_path):
    for prepare in (
        lambda: ledger.opened("00_descent"),
        lambda: monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "00_descent.ipynb")),
    ):
        monkeypatch.setattr(ledger, "EXERCISES", {})
        monkeypatch.setattr(ledger, "_page", [])
        with pytest.raises(ValueError, match="which page"):
            progress()
        prepare()
        progress()
    assert "descent.1" in text(shown)


def test_in_a_terminal_the_text_is_printed(capsys):
    cards.display({"text/html": "<b>", "text/plain": "words"})
    assert capsys.readouterr().out == "words\n"


@pytest.mark.parametrize(("cause", "sentence"), [
    ("a budget below n1", "A budget below n1."), ("a = 2 is missing", "a = 2 is missing."),
    ("y goes down", "y goes down."), ("the step is too long", "The step is too long.")])
def test_a_cause_is_a_sentence_that_leaves_letters_alone(cause, sentence):
    assert card_text._sentence(cause) == sentence
