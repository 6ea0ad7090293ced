"""Every chapter, exercise and solution that is found: runs, is clean, is not stale."""

import os
import re
import socket

import pytest

from gradcourse import notebooks
from gradcourse.notebooks import files
from gradcourse.notebooks.kernel import execute
from gradcourse.notebooks.outputs import fault_of

ROOT = files.course_root(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CHAPTERS = files.names("chapters", ROOT)
SMOKE = {"GRADCOURSE_MODE": "smoke", "GRADCOURSE_STRICT": None, "NBGRADER_EXECUTION": None}
CHECK = re.compile(r"^\s*check\(", re.MULTILINE)
SMOKE_SECONDS = 15  # the budget of a page; tests allow some times as long


def words_of(cell):
    """Return all text a cell's outputs show."""
    outputs = cell.get("outputs", ())
    texts = [output.get("text", "") for output in outputs]
    for output in outputs:
        texts += [str(text) for mime, text in output.get("data", {}).items()
                  if mime.startswith("text/")]
    return "\n".join(texts)


def checks_of(notebook):
    """Return the cells that check an answer."""
    return [cell for cell in files.code_cells(notebook) if CHECK.search(cell["source"])]


def said_on_stderr(notebook):
    """Return what the cells wrote to stderr."""
    return [output["text"] for cell in files.code_cells(notebook)
            for output in cell["outputs"] if output.get("name") == "stderr"]


def cpu_seconds():
    """Return how long the kernels that ended so far have worked: the same on a busy machine."""
    times = os.times()
    return times.children_user + times.children_system


def test_there_are_pages():
    assert CHAPTERS


@pytest.mark.parametrize("kind", files.KINDS)
def test_every_notebook_is_one_of_the_pages_run_here(kind):
    """`make test` runs what `names` finds; a notebook that lies elsewhere would never run."""
    pages = [files.page_path(kind, name, ROOT) for name in files.names(kind, ROOT)]
    lying = [path for path in (ROOT / kind).rglob("*.ipynb")
             if ".ipynb_checkpoints" not in path.parts]
    assert sorted(lying) == sorted(pages)


@pytest.mark.notebook
@pytest.mark.parametrize("name", CHAPTERS)
def test_chapter_runs_in_smoke_mode(name):
    assert smoked(name).seconds < 6 * SMOKE_SECONDS


@pytest.mark.notebook
def test_a_chapter_runs_in_a_cold_kernel(monkeypatch):
    """A kernel like a learner's, not one forked from a warm process."""
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    before = cpu_seconds()
    smoked(CHAPTERS[-1])
    assert cpu_seconds() - before < 4 * SMOKE_SECONDS


def smoked(name):
    """Run a chapter in seconds; no cell and no widget fails, and every claim reaches the ledger."""
    (result,) = notebooks.run(name, "smoke", progress=False, root=ROOT)
    assert result.error == ""
    assert said_on_stderr(result.notebook) == []
    assert result.claims, "no claim reached the ledger"
    allowed = {"not judged", "not testable here"}
    assert {claim["verdict"] for claim in result.claims} <= allowed
    return result


@pytest.mark.notebook
@pytest.mark.parametrize("name", files.names("exercises", ROOT))
def test_unsolved_exercise_runs_and_says_not_started(name):
    done = execute(files.page_path("exercises", name, ROOT), env=SMOKE)
    assert done.error == ""
    assert said_on_stderr(done.notebook) == []
    cells = checks_of(done.notebook)
    assert cells
    for cell in cells:
        assert "not started" in words_of(cell).lower(), cell["id"]


@pytest.mark.notebook
@pytest.mark.parametrize("name", files.names("solutions", ROOT))
def test_solution_passes_its_own_checks(name):
    done = execute(files.page_path("solutions", name, ROOT),
                   env={**SMOKE, "GRADCOURSE_STRICT": "1"})
    assert done.error == ""
    assert said_on_stderr(done.notebook) == []
    cells = checks_of(done.notebook)
    assert cells
    for cell in cells:
        assert "not started" not in words_of(cell).lower(), cell["id"]


@pytest.mark.notebook
@pytest.mark.parametrize("name", files.names("solutions", ROOT))
def test_strict_solution_notices_a_wrong_answer(name, tmp_path):
    """The test above can fail: a starter under GRADCOURSE_STRICT stops at its first check."""
    path = tmp_path / f"{name}.ipynb"
    files.write(path, notebooks.derive_notebook(
        files.read(files.page_path("solutions", name, ROOT))))
    done = execute(path, env={**SMOKE, "GRADCOURSE_STRICT": "1"})
    assert done.error.startswith(f"cell {checks_of(done.notebook)[0]['id']}: ")


def test_exercises_are_derived_from_solutions():
    assert notebooks.derive(check=True, root=ROOT) == []
    assert files.names("exercises", ROOT) == files.names("solutions", ROOT)


@pytest.mark.parametrize("name", files.names("solutions", ROOT))
def test_no_line_of_a_solution_is_left_in_the_exercise(name):
    from gradcourse.notebooks.page import without_solutions

    solution = files.read(files.page_path("solutions", name, ROOT))
    exercise = (ROOT / "exercises" / name / f"{name}.ipynb").read_text(encoding="utf-8")
    shown = "\n".join(without_solutions(cell["source"]) for cell in solution["cells"])
    cut = {line.strip() for cell in solution["cells"] for line in cell["source"].splitlines()}
    cut -= {line.strip() for line in shown.splitlines()}
    secret = [line for line in cut if len(line) > 20 and "SOLUTION" not in line]
    assert secret
    assert [line for line in secret if line in exercise] == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_pages_are_lint_clean(name):
    assert notebooks.lint(name, root=ROOT) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapter_is_not_stale(name):
    assert notebooks.stale(name, root=ROOT) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_committed_outputs_are_clean(name):
    page = files.read(files.page_path("chapters", name, ROOT))
    faults = [(cell["id"], fault_of(output)) for cell in files.code_cells(page)
              for output in cell["outputs"]]
    assert [fault for fault in faults if fault[1]] == []
    counts = [cell["execution_count"] for cell in files.code_cells(page)]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("name", CHAPTERS)
def test_enough_claims_are_decided(name):
    """At least six in ten of a page's testable claims get a decided word."""
    rows = notebooks.claims(name, root=ROOT)
    testable = [row for row in rows if row["verdict"] != "not testable here"]
    decided = [row for row in testable if row["verdict"] in
               ("reproduced", "partly", "not reproduced")]
    assert testable and len(decided) >= 0.6 * len(testable)


def test_tests_reach_no_network():
    with socket.socket() as one, pytest.raises(PermissionError, match="no network"):
        one.connect(("192.0.2.1", 80))
    with socket.socket() as two, pytest.raises(PermissionError, match="no network"):
        two.connect_ex(("192.0.2.1", 80))
    with pytest.raises(PermissionError, match="no network"):
        socket.getaddrinfo("example.org", 80)
    assert socket.getaddrinfo("localhost", 80)


def test_tests_leave_no_progress_behind():
    assert not (ROOT / ".gradcourse").exists()
    assert not list((ROOT / "exercises").rglob(".gradcourse"))
