"""The command: quick to say what it can, one line for what it cannot."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gradcourse import cli

HEAVY = ("torch", "numpy", "matplotlib", "nbformat", "papermill", "IPython")


def test_help_is_quick_and_loads_nothing_heavy():
    code = (
        "import sys, gradcourse\nfrom gradcourse.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert time.perf_counter() - start < 4 * 0.3
    assert done.stdout.splitlines()[-1] == "[]"
    for word in ("lab", "doctor", "run", "claims", "notebooks", "record", "audit"):
        assert f"  {word}" in done.stdout


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course whose one page fails when `bad` is true; we stand in it."""
    cells = [
        ("parameters", "mode = 'read'\nseed = 0\ndevice = 'auto'\nbad = False", ["parameters"]),
        ("page-work", "if bad:\n    raise RuntimeError('out of eggs')", []),
    ]
    page = {
        "cells": [
            {
                "cell_type": "code",
                "id": name,
                "source": text,
                "metadata": {"tags": tags},
                "outputs": [],
                "execution_count": None,
            }
            for name, text, tags in cells
        ],
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "00_page.ipynb").write_text(json.dumps(page))
    (tmp_path / "course.py").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words):
    try:
        return cli.main(words)
    except SystemExit as end:
        return end.code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "nonsense"),
        (["run", "zz"], "'zz'"),
        (["run", "--mode", "slow"], "'slow'"),
        (["run", "--device", "toaster"], "'toaster'"),
        (["run", "--seed", "x"], "'x'"),
        (["run", "--seed", "-1"], "-1"),
        (["run", "-p", "colour", "red"], "colour"),
        (["run", "--colour"], "--colour"),
        (["claims", "zz"], "'zz'"),
        (["notebooks", "lint", "zz"], "'zz'"),
        (["notebooks", "derive", "zz"], "'zz'"),
        (["notebooks", "refresh", "zz"], "'zz'"),
        (["audit", "zz"], "zz"),
        (["lab", "chapters"], "chapters/"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_code_two(course, capfd, words, said):
    assert run(*words) == 2
    told = capfd.readouterr()
    assert told.out == "" and len(told.err.splitlines()) == 1 and said in told.err


@pytest.mark.notebook
def test_a_page_that_runs_gives_zero(course, capfd):
    assert run("run", "page", "--mode", "smoke") == 0
    assert "00_page: ok" in capfd.readouterr().out


@pytest.mark.notebook
def test_a_failing_page_names_its_cell_and_gives_one(course, capfd):
    assert run("run", "-p", "bad", "True") == 1
    told = capfd.readouterr().out
    assert "page-work" in told and "out of eggs" in told


def test_claims_of_a_page_without_any(course, capsys):
    assert run("claims") == 0
    assert capsys.readouterr().out == "no claims\n"


@pytest.mark.parametrize(
    ("text", "value"), [("3", 3), ("1e-3", 1e-3), ("True", True), ("cpu", "cpu"), ("a b", "a b")]
)
def test_parameters_are_read_as_python(text, value):
    assert cli._value(text) == value and type(cli._value(text)) is type(value)


def test_lab_hands_unknown_options_to_jupyter(monkeypatch, tmp_path):
    asked = {}
    monkeypatch.setattr("gradcourse.jupyter.lab", lambda *a, **k: asked.update(k, folder=a) or 0)
    assert run("lab", "--no-browser", "--port", "8899", "--ServerApp.ip=0.0.0.0") == 0
    assert asked["folder"] == (None,) and asked["port"] == 8899 and not asked["browser"]
    assert asked["rest"] == ["--ServerApp.ip=0.0.0.0"]


@pytest.mark.parametrize(("found", "code"), [([], 0), (["00_page: a fault"], 1)])
def test_lint_prints_each_fault_and_gives_one(monkeypatch, capsys, found, code):
    monkeypatch.setattr("gradcourse.notebooks.lint", lambda slugs: found)
    assert run("notebooks", "lint") == code
    assert capsys.readouterr().out.splitlines() == found


def test_derive_gives_one_for_a_stale_exercise_only_when_checked(monkeypatch, capsys):
    old = [Path("exercises/00_page/00_page.ipynb")]
    monkeypatch.setattr("gradcourse.notebooks.derive", lambda slugs, check: old)
    assert run("notebooks", "derive") == 0
    assert run("notebooks", "derive", "--check") == 1
    assert "stale" in capsys.readouterr().out


def test_refresh_runs_what_is_stale_and_checks_without_running(monkeypatch, capsys):
    ran, old = [], [Path("chapters/00_page.ipynb")]
    monkeypatch.setattr("gradcourse.notebooks.stale", lambda slugs=None: list(old))
    monkeypatch.setattr("gradcourse.notebooks.refresh", lambda s, progress: ran.append(s) or old)
    assert run("notebooks", "refresh", "--check") == 1 and ran == []
    assert run("notebooks", "refresh") == 0 and ran == [["00_page"]]
    old.clear()
    assert run("notebooks", "refresh") == 0 and len(ran) == 1
    assert run("notebooks", "refresh", "page") == 0 and ran[1:] == [["page"]]
