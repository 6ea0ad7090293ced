"""The script that sets up, its Makefile and the pins: without installing anything."""

import ast
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
CONDA_NAMES = {"torch": "pytorch", "msgpack": "msgpack-python"}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Load the script in an empty folder, with stages and runs written down, not done."""
    spec = importlib.util.spec_from_file_location("course_script", ROOT / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.delenv("PINS", raising=False)
    monkeypatch.setattr(module, "HERE", tmp_path)
    module.stages, module.runs, module.codes = [], [], []
    monkeypatch.setattr(module, "_stage", lambda told, command: fake_stage(module, command))
    monkeypatch.setattr(module, "_run", lambda command, **env: fake_run(module, command, env))
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "constraints-nbgrader.txt").write_text("nbgrader==0.9.6\n")
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "00_descent.ipynb").write_text("{}")
    return module


def fake_stage(module, command):
    words = [str(word) for word in command]
    module.stages.append("venv" if "venv" in words else words[-1])
    if "venv" in words:
        python = module._python(Path(words[-1]))
        shutil.rmtree(words[-1], ignore_errors=True)
        python.parent.mkdir(parents=True)
        python.touch()


def fake_run(module, command, env):
    module.runs.append(([str(word) for word in command[1:]], env))
    return module.codes.pop(0) if module.codes else 0


def test_a_learner_gets_no_test_tools(course):
    assert course.main(["lab"]) == 0
    assert course.stages == ["venv", "."]


def test_setup_installs_what_the_tests_need(course, tmp_path):
    assert course.main(["setup"]) == 0
    assert course.stages == ["venv", ".[test,site]", "venv", "nbgrader"]
    spec = tmp_path / ".venv-nbgrader/share/jupyter/kernels/python3/kernel.json"
    argv = json.loads(spec.read_text())["argv"]
    assert argv[0] == str(course._python(tmp_path / ".venv"))


def test_a_second_call_installs_nothing(course):
    course.main(["setup"])
    course.stages.clear()
    course.main(["setup"])
    course.main(["lab"])
    assert course.stages == []


def test_tests_after_lab_add_to_the_same_environment(course):
    course.main(["lab"])
    course.stages.clear()
    course.main(["setup"])
    assert course.stages == [".[test,site]", "venv", "nbgrader"]


def test_other_pins_install_again(course, tmp_path):
    course.main(["setup"])
    course.stages.clear()
    (tmp_path / "constraints.txt").write_text("torch==2.6.0\n")
    course.main(["lab"])
    assert course.stages == [".[test,site]"]


def test_another_python_or_place_starts_from_nothing(course, monkeypatch):
    course.main(["lab"])
    course.stages.clear()
    monkeypatch.setattr(course, "_base", lambda: {"python": "3.99", "folder": "elsewhere"})
    course.main(["lab"])
    assert course.stages == ["venv", "."]


@pytest.mark.parametrize(
    ("error", "again"),
    [(KeyboardInterrupt, ["venv", "."]), ("Failed", ["."]), ("Killed", ["venv", "."])],
)
def test_a_half_finished_setup_is_redone(course, monkeypatch, error, again):
    stage, error = course._stage, getattr(course, error) if isinstance(error, str) else error

    def breaks(told, command):
        if "install" in command:
            raise error("cut off")
        stage(told, command)

    monkeypatch.setattr(course, "_stage", breaks)
    assert course.main(["lab"]) in (1, 130)
    monkeypatch.setattr(course, "_stage", stage)
    course.stages.clear()
    assert course.main(["lab"]) == 0
    assert course.stages == again


def test_a_failing_stage_shows_its_output(capsys):
    code = (
        "import importlib.util as u, sys\n"
        f"s = u.spec_from_file_location('c', {str(ROOT / 'course.py')!r})\n"
        "c = u.module_from_spec(s); s.loader.exec_module(c)\n"
        "c._stage('one', [sys.executable, '-c', 'print(41 + 1)'])\n"
        "c._stage('two', [sys.executable, '-c', 'print(\"why\"); raise SystemExit(3)'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["setup: one ...", "setup: two ..."]
    assert "signal" not in done.stderr
    assert "why" in done.stderr and "42" not in done.stderr + done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
def test_a_crashed_stage_says_so(monkeypatch):
    spec = importlib.util.spec_from_file_location("course_script", ROOT / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    crash = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    with pytest.raises(module.Killed, match="ended by signal 11"):
        module._stage("one", [sys.executable, "-c", crash])


def test_pages_run_even_if_tests_fail(course):
    course.codes = [1, 0]
    assert course.main(["test"]) == 1
    assert len(course.runs) == 2
    words, env = course.runs[1]
    assert words[-3:] == ["chapters", "exercises", "solutions"] and "--nbval-lax" in words
    assert env == {"GRADCOURSE_MODE": "smoke"}


def test_a_failing_page_fails_the_test(course):
    course.codes = [0, 1]
    assert course.main(["test"]) == 1


@pytest.mark.parametrize("name", ["descent", "00", "00_descent"])
def test_one_chapter_is_only_that_chapter(course, name):
    course.main(["test", "--chapter", name, "-x"])
    (tests, _), (pages, _) = course.runs
    assert tests[-5:] == ["-k", "descent", "-m", "not slow", "-x"]
    assert pages[-4] == "chapters/00_descent.ipynb"


def test_bench_takes_a_chapter_and_further_words(course, tmp_path):
    (tmp_path / "benchmarks").mkdir()
    assert course.main(["bench", "--chapter", "00", "--quick"]) == 0
    assert course.main(["bench"]) == 0
    words = [words for words, _ in course.runs]
    assert words == [["-m", "benchmarks", "descent", "--quick"], ["-m", "benchmarks"]]


def test_test_pages_reads_at_full_length(course):
    assert course.main(["test-pages"]) == 0
    words, env = course.runs[0]
    assert words[-1] == "chapters" and env == {"GRADCOURSE_MODE": ""}


@pytest.mark.parametrize("words", [["nonsense"], ["test", "--chapter", "zz"], ["bench"], ["site"]])
def test_what_is_not_there_is_one_line(course, capsys, words):
    assert course.main(words) in (1, 2)
    told = capsys.readouterr()
    assert len((told.out + told.err).strip().splitlines()) == 1


def test_pins_go_to_an_environment_apart(course, monkeypatch, tmp_path):
    monkeypatch.setenv("PINS", "lowest")
    course.main(["setup"])
    lines = (tmp_path / ".venv-lowest" / "lowest.txt").read_text().splitlines()
    assert "torch==2.6" in lines and not (tmp_path / ".venv").exists()
    monkeypatch.setenv("PINS", "other")
    assert course.main(["setup"]) == 1


def test_an_old_python_gets_a_sentence(course, monkeypatch, capsys):
    monkeypatch.setattr(course, "OLDEST", (99, 0))
    monkeypatch.setattr(course.shutil, "which", lambda name: None)
    assert course.main(["lab"]) == 1
    assert "3.11 or newer" in capsys.readouterr().out


def test_a_python_without_venv_says_what_to_install(course, monkeypatch, capsys):
    monkeypatch.setattr(course.importlib.util, "find_spec", lambda name: None)
    assert course.main(["lab"]) == 1
    assert "-venv" in capsys.readouterr().err


def test_the_script_needs_only_the_standard_library_and_an_old_grammar():
    tree = ast.parse((ROOT / "course.py").read_text(encoding="utf-8"), feature_version=(3, 7))
    nodes = list(ast.walk(tree))
    names = [a.name for n in nodes if isinstance(n, ast.Import) for a in n.names]
    names += [n.module for n in nodes if isinstance(n, ast.ImportFrom)]
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)


@pytest.mark.skipif(not shutil.which("make"), reason="no make")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lab", "ARGS=--no-browser --port 8899"], "course.py lab --no-browser --port 8899"),
        (["test", "CHAPTER=descent", "ARGS=-x"], "course.py test --chapter descent -x"),
        ([], "course.py help"),
    ],
)
def test_make_hands_its_words_on(words, said):
    command = ["make", "--no-print-directory", *words, "PYTHON=echo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == said


@pytest.mark.skipif(not shutil.which("make"), reason="no make")
def test_make_without_python_says_what_to_install():
    command = ["make", "lab", "PYTHON=no-such-python"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode and "install Python 3.11" in done.stdout


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    return dict(line.split("==") for line in lines)


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-nbgrader.txt"])
def test_what_reads_notebooks_builds_no_grammar_first(name):
    assert "rfc3987-syntax" not in (ROOT / name).read_text(encoding="utf-8")


def test_every_range_holds_its_pin():
    extras = project()["optional-dependencies"].values()
    ranges = [Requirement(line) for line in sum(extras, project()["dependencies"])]
    missing = [r.name for r in ranges if canonicalize_name(r.name) not in known_pins()]
    assert missing == []
    outside = [r for r in ranges if not r.specifier.contains(known_pins()[r.name.lower()])]
    assert outside == []


def known_pins():
    return {canonicalize_name(name): version for name, version in pins().items()}


def test_pins_carry_no_local_build():
    assert [version for version in pins().values() if "+" in version] == []


def test_conda_has_the_same_ranges():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    listed = re.findall(r"^  - ([a-z][\w.-]*)([<>=][^\s]*)$", text, re.MULTILINE)
    wanted = [Requirement(line) for line in project()["dependencies"]]
    ours = {CONDA_NAMES.get(r.name, r.name): set(str(r.specifier).split(",")) for r in wanted}
    ours["python"] = {project()["requires-python"]}
    assert {name: set(span.split(",")) for name, span in listed} == ours


def test_the_weekly_workflow_runs_every_promise():
    text = (ROOT / ".github" / "workflows" / "weekly.yml").read_text(encoding="utf-8")
    assert "cron:" in text and "python course.py test" in text and "environment.yml" in text
    for system in ("ubuntu", "windows", "macos"):
        assert f"{system}-latest" in text
    oldest = project()["requires-python"].removeprefix(">=")
    assert f'python: ["{oldest}"' in text
    assert f'python: "{oldest}", pins: lowest' in text and "pins: newest" in text
    pins = set(re.findall(r"pins: (\w+)", text))
    assert pins == {"newest", "lowest"}


def test_versions_agree():
    import gradcourse

    cite = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert gradcourse.__version__ == project()["version"]
    assert f"\nversion: {gradcourse.__version__}\n" in cite
    assert f"\n## {gradcourse.__version__}\n" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_readme_lists_the_chapters_that_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| \[(\d\d_\w+)\]\(chapters/", text, re.MULTILINE)
    assert told == sorted(page.stem for page in (ROOT / "chapters").glob("*.ipynb"))
