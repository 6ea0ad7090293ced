"""What many tests share: a real browser, kernels that start warm, nbgrader itself."""

import os
import subprocess
from pathlib import Path

import pytest

from gradcourse.web import jupyterlab

ROOT = Path(__file__).resolve().parents[1]
NBGRADER = ROOT / ".venv-nbgrader" / ("Scripts" if os.name == "nt" else "bin")


@pytest.fixture(scope="module")
def browser():
    path = jupyterlab.chromium()
    if path is None and os.environ.get("CI") == "true":
        pytest.fail("no Chromium on PATH: .ci/run installs it")
    if path is None:
        pytest.skip("no Chromium on PATH")
    pytest.importorskip("playwright.sync_api")
    with jupyterlab.browser() as running:
        yield running


@pytest.fixture(scope="session")
def warm_kernel():
    """Return what a program has to find in its environment for its kernels to start warm."""
    return {name: os.environ[name] for name in ["JUPYTER_PATH"] if name in os.environ}


@pytest.fixture(scope="session")
def nbgrader(warm):
    """Return how to run nbgrader in a course folder and hear what it says.

    It lives in `.venv-nbgrader`, made by the course's setup; its kernel is the course's Python.
    """
    there = NBGRADER.is_dir() and any(NBGRADER.glob("nbgrader*"))
    if not there and os.environ.get("CI") == "true":
        pytest.fail("no .venv-nbgrader: run `python course.py setup`")
    if not there:
        pytest.skip("no .venv-nbgrader: run `python course.py setup`")
    command = [str(NBGRADER / "nbgrader")]
    if warm.HERE:
        command = warm.command(NBGRADER / "python", os.environ["JUPYTER_PATH"], "nbgrader")
    return lambda *words, **env: run_nbgrader(command, *words, **env)


def run_nbgrader(command, folder, *words, **env):
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("GRADCOURSE", "JUPYTER", "NBGRADER"))}
    path = f"{NBGRADER}{os.pathsep}{kept['PATH']}"  # it calls alembic by name
    done = subprocess.run([*command, *words], cwd=folder, capture_output=True, text=True,
                          timeout=900, env=kept | {"PATH": path, "HOME": str(folder)} | env)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr
