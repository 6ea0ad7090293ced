"""The learner's copy: complete, never overwritten, invisible to git."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gradcourse import folders, jupyter

ROOT = Path(__file__).resolve().parents[1]
PAGE = "chapters/00_descent.ipynb"
EXERCISE = "exercises/00_descent/00_descent.ipynb"
SOLUTION = "solutions/00_descent/00_descent.ipynb"


def notebook(*cells):
    made = [{"cell_type": "code", "source": [text], "metadata": {}} for text in cells]
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})


@pytest.fixture
def course(tmp_path):
    """A course with two chapters, one of them with two exercises."""
    home = tmp_path / "clone"
    for name, text in {
        "course.py": "",
        PAGE: notebook("1"),
        "chapters/01_next.ipynb": notebook("2"),
        EXERCISE: notebook('check("descent.1", step)', 'check("descent.2", walk)'),
        "exercises/01_next/01_next.ipynb": notebook('check("next.1", go)'),
        "solutions/00_descent/00_descent.ipynb": notebook("3"),
        "chapters/.ipynb_checkpoints/old.ipynb": notebook("4"),
    }.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    return home


@pytest.fixture
def copy(course):
    assert folders.update(course / "work", course) == []
    return course / "work"


def files(folder):
    found = (p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    return sorted(p.as_posix() for p in found if not p.parts[0].startswith("."))


def test_chapters_and_exercises_are_copied_and_no_solution(copy):
    assert files(copy) == [
        PAGE,
        "chapters/01_next.ipynb",
        EXERCISE,
        "exercises/01_next/01_next.ipynb",
    ]


def test_an_untouched_page_becomes_the_new_edition(course, copy):
    (course / PAGE).write_text(notebook("1, better"))
    assert folders.update(copy, course) == []
    assert (copy / PAGE).read_text() == notebook("1, better")


def test_a_changed_page_is_kept_and_the_new_edition_put_beside(course, copy):
    (copy / PAGE).write_text("mine")
    assert folders.update(copy, course) == []
    (course / PAGE).write_text(notebook("1, better"))
    (said,) = folders.update(copy, course)
    assert said.startswith(PAGE) and "00_descent.new.ipynb" in said
    assert (copy / PAGE).read_text() == "mine"
    assert (copy / "chapters/00_descent.new.ipynb").read_text() == notebook("1, better")
    assert folders.update(copy, course) == []


def test_a_new_edition_that_the_learner_changed_is_kept_too(course, copy):
    (copy / PAGE).write_text("mine")
    for number, text in enumerate(("second", "third", "fourth")):
        (course / PAGE).write_text(text)
        assert len(folders.update(copy, course)) == 1
        if number == 1:
            (copy / "chapters/00_descent.new.ipynb").write_text("mine as well")
    assert (copy / "chapters/00_descent.new.ipynb").read_text() == "mine as well"
    assert (copy / "chapters/00_descent.new2.ipynb").read_text() == "fourth"
    assert len(files(copy)) == 6


def test_files_that_lay_there_before_are_kept(course, tmp_path):
    old = tmp_path / "old" / PAGE
    old.parent.mkdir(parents=True)
    old.write_text("mine")
    assert len(folders.update(tmp_path / "old", course)) == 1
    assert old.read_text() == "mine"


def test_a_deleted_page_comes_back(course, copy):
    (copy / PAGE).unlink()
    folders.update(copy, course)
    assert (copy / PAGE).read_text() == notebook("1")


@pytest.mark.parametrize("name", [".", "..", "chapters", "exercises/mine", "course.py"])
def test_the_course_itself_is_refused(course, name):
    with pytest.raises(ValueError, match="such as work"):
        folders.update(course / name, course)


def test_the_course_is_found_from_inside_the_copy(course, copy):
    assert folders.root(copy / "chapters") == course
    assert folders.learner(copy / "exercises" / "00_descent") == copy
    assert folders.learner(course) is None


def test_outside_a_course_the_installed_one_is_found(tmp_path):
    assert folders.root(tmp_path) == ROOT


def test_a_chapter_has_three_names(course):
    assert folders.chapters(course) == ["00_descent", "01_next"]
    assert {folders.find(n, course) for n in ("00", "descent", "00_descent")} == {"00_descent"}
    with pytest.raises(ValueError, match="no chapter 'x'; there is 00_descent, 01_next"):
        folders.find("x", course)


def test_jupyter_opens_on_the_first_unfinished_chapter(copy):
    def solved(*names):
        states = {name: {"state": "right"} for name in names}
        (copy / ".gradcourse/progress.json").write_text(json.dumps(states))
        return folders.unfinished(copy)

    assert folders.unfinished(copy) == "00_descent"
    assert solved("descent.1") == "00_descent"
    assert solved("descent.1", "descent.2") == "01_next"
    assert solved("descent.1", "descent.2", "next.1") == "01_next"
    (copy / ".gradcourse/progress.json").write_text("broken")
    assert folders.unfinished(copy) == "00_descent"


def test_jupyter_keeps_its_token_and_fetches_no_news(copy, monkeypatch):
    words = jupyter._command(copy, "start.ipynb", browser=False, port=8899)
    assert {"--no-browser", "--port=8899"} <= set(words)
    assert "--LabApp.default_url=/lab/tree/start.ipynb" in words
    options = [word.split("=")[0] for word in words if word.startswith("--")]
    assert not [word for word in options if "token" in word or "password" in word]
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "mine")
    env = jupyter._settings(copy)
    mine, ours = env["JUPYTER_CONFIG_PATH"].split(jupyter.os.pathsep)
    stored = json.loads((Path(ours) / "labconfig/default_setting_overrides.json").read_text())
    assert stored["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
    assert mine == "mine"


LINK = re.compile(r"\]\(([^)#\s]+)")


def test_relative_links_lead_somewhere_in_the_copy(tmp_path):
    folders.update(tmp_path / "copy", ROOT)
    broken = []
    for path in (tmp_path / "copy").rglob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
        links = [link for link in LINK.findall(text) if "://" not in link]
        broken += [(path.name, link) for link in links if not (path.parent / link).exists()]
    assert broken == []


def git(folder, *words):
    who = ["-c", "user.name=a", "-c", "user.email=a@b.invalid", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def clone(tmp_path):
    home = tmp_path / "clone"
    for name in ("chapters", "exercises"):
        shutil.copytree(ROOT / name, home / name)
    for name in (".gitignore", ".gitattributes", "course.py"):
        shutil.copy(ROOT / name, home)
    git(home, "init", "-q")
    git(home, "add", "-A")
    git(home, "commit", "-qm", "the edition")
    return home


@pytest.mark.notebook
@pytest.mark.skipif(not shutil.which("git"), reason="no git")
@pytest.mark.parametrize("name", ["work", "mine"])
def test_git_sees_nothing_after_running_and_solving(clone, name):
    from gradcourse.notebooks import files as pages
    from gradcourse.notebooks.kernel import execute

    copy = clone / name
    folders.update(copy, clone)
    shutil.copy(ROOT / SOLUTION, copy / EXERCISE)
    done = execute(copy / EXERCISE, env={"GRADCOURSE_MODE": "smoke"})
    pages.write(copy / EXERCISE, done.notebook)
    jupyter._settings(copy)
    assert done.error == ""
    assert folders._points(copy / ".gradcourse" / "progress.json") >= {"descent.1"}
    assert git(clone, "status", "--porcelain") == ""
    assert folders.update(copy, clone) == []
