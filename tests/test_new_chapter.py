"""One more chapter, laid in a copy of the course: each failure names the room to fill."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gradcourse import cli, notebooks
from gradcourse.notebooks import files
from gradcourse.notebooks.kernel import execute
from gradcourse.notebooks.new import LAID, ROOMS, parse

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("chapters", "exercises", "solutions", "gradcourse", "tests")
LAST = max(int(name[:2]) for name in files.names("chapters", ROOT))
NAME = f"{LAST + 1:02d}_dummy"
TESTS = ("rooms", "contracts", "exercises", "dummy", "dummy_pictures", "course", "pages")


def python(course, *words):
    """Run Python in the copy, with the copy's own library."""
    env = {**os.environ, "PYTHONPATH": str(course), "GRADCOURSE_STRICT": ""}
    env.pop("PYTEST_ADDOPTS", None)
    return subprocess.run([sys.executable, *words], cwd=course, env=env, capture_output=True,
                          text=True)


def failures(course, *words):
    """Run pytest in the copy; return what each failing test says, by its name."""
    report = course / "report.xml"
    done = python(course, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not notebook",
                  f"--junitxml={report}", *words)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        bad = [part for kind in ("failure", "error") for part in case.findall(kind)]
        if bad:
            found[case.get("name")] = f"{bad[0].get('message')} {bad[0].text}"
    return found


def copy(folder):
    """Copy what git keeps of the course."""
    ignore = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", ".gradcourse")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    for path in ROOT.iterdir():
        if path.is_file() and path.name != "report.xml":
            shutil.copy(path, folder)
    return folder


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course with an unfilled chapter."""
    folder = copy(tmp_path_factory.mktemp("copy"))
    done = python(folder, "-m", "gradcourse", "notebooks", "new", NAME)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(LAID) + 1
    return folder


@pytest.fixture(scope="module")
def failed(course):
    chosen = [f"tests/test_{name}.py" for name in TESTS]
    return failures(course, *chosen, "-k", "dummy or rooms or readme or has_a_row")


@pytest.mark.slow
@pytest.mark.parametrize("room", ROOMS)
def test_each_room_is_named_with_what_belongs_in_it(failed, room):
    said = failed[f"test_room_is_filled[{NAME}-{room}]"]
    assert f"the {room} room is still the skeleton: fill " in said
    assert re.search(r"fill \S*dummy\S*[:,] \w+", said)


@pytest.mark.slow
def test_nothing_else_fails_than_what_the_new_chapter_lacks(failed):
    """Nothing counts chapters: every failure speaks of the new one."""
    assert [name for name, said in failed.items() if "dummy" not in said] == []


@pytest.mark.slow
@pytest.mark.parametrize("word", [
    "test_pages_are_lint_clean", "test_chapter_is_not_stale", "test_step_is_what",
    "test_opening_draws", "test_solution_earns", "test_right_answer", "test_wrong_answer",
    "test_the_readme_lists", "test_every_public_method_has_a_row",
])
def test_the_rooms_own_tests_fail_too(failed, word):
    assert any(name.startswith(word) for name in failed), sorted(failed)


@pytest.mark.slow
@pytest.mark.notebook
def test_the_page_stops_at_the_first_cell_to_fill(course):
    env = {"PYTHONPATH": str(course), "GRADCOURSE_MODE": "smoke"}
    done = execute(files.page_path("chapters", NAME, course), env=env)
    assert done.error.startswith("cell dummy-opening: NotImplementedError: FILL: compute")


@pytest.mark.slow
def test_a_filled_room_is_not_named_and_a_missing_one_is(course, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(course, other)
    for path in (other / "gradcourse" / "methods" / "dummy.py", other / "tests" / "test_dummy.py"):
        path.write_text(path.read_text(encoding="utf-8").replace("FILL", "Done"), encoding="utf-8")
    (other / "tests" / "test_dummy_pictures.py").unlink()
    (other / "gradcourse" / "checks" / "dummy.py").unlink()
    rooms = {"page", "pictures", "solution", "exercise"}
    assert set(notebooks.unfilled(NAME, other)) == rooms
    spec = importlib.util.spec_from_file_location("rooms", other / "tests" / "test_rooms.py")
    rooms = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(rooms)
    with pytest.raises(AssertionError, match=f"{NAME} lacks checks"):
        rooms.test_no_room_is_missing(NAME)


def test_every_template_is_laid_and_packaged():
    folder = ROOT / "gradcourse" / "notebooks" / "skeleton"
    assert sorted(path.name for path in folder.iterdir()) == sorted(LAID)
    assert '"notebooks/skeleton/*.txt"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for name in LAID:
        assert "FILL: " in (folder / name).read_text(encoding="utf-8"), name


def test_the_skeleton_has_every_cell_the_linter_wants(tmp_path):
    for name in ("chapters", "gradcourse/methods"):
        (tmp_path / name).mkdir(parents=True)
    notebooks.new("05_dummy", tmp_path)
    found = [line.split(": ")[2] for line in notebooks.lint(root=tmp_path)]
    assert set(found) == {"filled", "counts", "compared", "stamp"}



def test_percent_text_becomes_cells():
    page = parse('# %% [markdown] id="a-title"\n# # One\n#\n# two\n\n'
                 '# %% id="a-set" tags=["setup", "x"]\nx = 1  # here\n')
    assert [cell["source"] for cell in page["cells"]] == ["# One\n\ntwo", "x = 1  # here"]
    assert page["cells"][1]["metadata"]["tags"] == ["setup", "x"]


@pytest.mark.parametrize(("name", "said"), [
    ("clipping", "two digits and a word"),
    ("5_clipping", "two digits and a word"),
    ("05_Clipping", "two digits and a word"),
    ("05_clip_ping", "two digits and a word"),
    ("05_x", "two digits and a word"),
    ("../05_clipping", "two digits and a word"),
    ("05_lambda", "word of Python"),
    ("00_other", "number 00 is taken by 00_toy"),
    ("05_toy", "gradcourse/methods/toy.py exists already"),
])
def test_a_bad_name_is_one_line_and_nothing_is_written(tmp_path, monkeypatch, capsys, name, said):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "course.py").touch()
    (tmp_path / "chapters" / "00_toy.ipynb").write_text("{}", encoding="utf-8")
    (tmp_path / "gradcourse" / "methods").mkdir(parents=True)
    (tmp_path / "gradcourse" / "methods" / "toy.py").write_text("kept", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert cli.main(["notebooks", "new", name]) == 2
    told = capsys.readouterr()
    assert told.out == "" and len(told.err.splitlines()) == 1 and said in told.err
    assert sorted(tmp_path.rglob("*")) == before
