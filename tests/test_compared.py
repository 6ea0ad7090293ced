"""`make test-pages` compares the words of the ledger's cell, and nothing else."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import v4

from gradcourse.notebooks import files
from gradcourse.notebooks.ledger import CLAIM

ROOT = Path(__file__).resolve().parents[1]
CELL = f'''
from IPython.display import display
display({{"text/plain": "1A reproduced 0.4 to 0.6", "text/html": "<b>0.4312</b>",
         "{CLAIM}": [{{"id": "1A", "interval": [0.4312, 0.5, 0.6]}}]}}, raw=True)
'''.strip()
pytestmark = [pytest.mark.notebook, pytest.mark.slow]


def page(plain="1A reproduced 0.4 to 0.6", html="<b>0.4312</b>", low=0.4312, untagged="1\n",
         source=CELL):
    """A page whose ledger printed these things when it was stored."""
    data = {"text/plain": plain, "text/html": html, CLAIM: [{"id": "1A",
                                                             "interval": [low, 0.5, 0.6]}]}
    ledger = v4.new_code_cell(source, id="toy-ledger", execution_count=1,
                              metadata={"tags": ["nbval-check-output"]},
                              outputs=[v4.new_output("display_data", data)])
    other = v4.new_code_cell("print(1)", id="toy-other", execution_count=2,
                             outputs=[v4.new_output("stream", name="stdout", text=untagged)])
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return v4.new_notebook(cells=[ledger, other], metadata={"kernelspec": kernel})


CASES = {
    "as_stored": (page(), True),
    "another_verdict": (page(plain="1A not reproduced 0.4 to 0.6"), False),
    "another_interval": (page(plain="1A reproduced 0.3 to 0.6"), False),
    "no_words_now": (page(source="1;"), False),
    "other_html_and_digits": (page(html="<i>0.4313</i>", low=0.4313), True),
    "another_cell_changed": (page(untagged="2\n"), True),
    "a_cell_fails": (page(source="1 / 0"), False),
}


def compare(folder, mode, cases):
    """Run the pages as `make test-pages` does; return which stayed green."""
    for name in cases:
        files.write(folder / f"{name}.ipynb", CASES[name][0])
    env = {**os.environ, "GRADCOURSE_MODE": mode}
    env.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", "--nbval-lax",
         "--tb=no", "."], cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert "passed" in done.stdout
    return {name: f"{name}.ipynb::" not in done.stdout for name in cases}


@pytest.fixture
def folder(tmp_path):
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "tests" / "offline", tmp_path / "tests" / "offline")
    shutil.copy(ROOT / "tests" / "warm.py", tmp_path / "tests")
    return tmp_path


def test_a_changed_verdict_is_red_and_other_changes_are_not(folder):
    assert compare(folder, "", CASES) == {name: green for name, (_, green) in CASES.items()}


def test_smoke_mode_compares_nothing_but_still_runs(folder):
    cases = {"another_verdict": True, "a_cell_fails": False}
    assert compare(folder, "smoke", cases) == cases
