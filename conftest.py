"""Tests reach no network, nor do the kernels they start; pages are compared by their words only.

Kernels start warm where they can be forked: see `tests/warm.py`.
"""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent
OFFLINE = ROOT / "tests" / "offline"
collect_ignore = ["gradcourse/grading/nbgrader_step.py"]  # for nbgrader's own environment


def _load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _block_sockets():
    _load(OFFLINE / "sitecustomize.py")
    paths = [str(OFFLINE), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))


_block_sockets()
WARM = _load(ROOT / "tests" / "warm.py")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # the workers share the cores; threads would wait


def pytest_configure(config):
    """Let kernels start warm; the tests' workers, and tests within tests, inherit it."""
    if WARM.HERE and not WARM.prepared(os.environ.get("JUPYTER_PATH", "")):
        folder = tempfile.mkdtemp(prefix="warm")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        WARM.prepare(folder)
        os.environ["JUPYTER_PATH"] = folder


@pytest.fixture(scope="session")
def warm():
    """Give tests the programs that start warm."""
    return WARM


class OnlyWords:
    """What nbval skips when it compares outputs: everything but their plain text."""

    def __contains__(self, key):
        return key not in ("data", "text/plain")


def pytest_collection_modifyitems(items):
    """Compare plain text of the cells tagged for it; in smoke mode compare nothing."""
    for item in items:
        if type(item).__name__ != "IPyNbCell":
            continue
        item.add_marker("notebook")
        item.parent.skip_compare = OnlyWords()
        if os.environ.get("GRADCOURSE_MODE") == "smoke":
            item.options["check"] = False
