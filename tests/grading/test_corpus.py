"""Every case of the corpus has its outcome, in a real sandbox; and no process stays behind."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from gradcourse.grading import batch, judge, library, submission
from gradcourse.grading.sandbox import Limits
from gradcourse.grading.submission import Found, Unreadable

from .corpus import CODE, FILES, FULL, GOOD, NONE, SETUP, notebook

ROOT = Path(__file__).resolve().parents[2]
HERE = sys.platform == "linux" and shutil.which("bwrap") is not None
HANGS = Limits(cell=2, exercise=2)
LIMITS = Limits(cell=3, exercise=20)  # the machine may be busy
AS_USER = os.environ.get("GRADCOURSE_TEST_USER") == "1"


def graded(cells, limits=LIMITS, student="ann"):
    """Grade one notebook; return the rows by exercise and the whole result."""
    settings = batch.Settings(Path("nowhere"), limits=limits)
    found = Found(student, "00_descent", notebook([SETUP, *cells]))
    task, _ = batch.task(found, b"s" * 32, settings, "edition")
    result = judge.judge(task)
    return {row["id"]: row for row in result["exercises"]}, result


@pytest.fixture(scope="module", autouse=True)
def clean():
    """Close the sandbox at the end; nothing it started may be left."""
    before = {p.pid for p in psutil.process_iter()}
    yield
    judge.close()
    mine = [p for p in psutil.process_iter() if p.pid not in before and left_over(p)]
    assert mine == []


def left_over(process):
    try:
        words = " ".join(process.cmdline())
    except psutil.Error:
        return False
    mine = f"PPid:\t{os.getpid()}" in Path(f"/proc/{process.pid}/status").read_text()
    return mine and ("worker.main()" in words or "bwrap" in words)


def test_the_corpus_is_as_large_as_promised():
    names = [case.name for case in CODE]
    assert len(names) == len(set(names)) and len(names) + len(FILES) >= 100


def sandboxed(test):
    """Mark a test that needs bubblewrap."""
    missing = not HERE and os.environ.get("CI") != "true"
    return pytest.mark.sandbox(pytest.mark.skipif(missing, reason="no bubblewrap")(test))


@sandboxed
@pytest.mark.parametrize("case", CODE, ids=lambda case: case.name)
def test_outcome(case):
    rows, _ = graded(case.cells, HANGS if case.reason == "seconds" else LIMITS)
    row = rows[case.exercise]
    assert row["points"] == case.points, row
    if case.state != "any":
        assert row["state"] == case.state, row
    assert case.reason in row["reason"], row
    assert not any(check.get("disputed") for check in row["checks"])


@sandboxed
def test_a_fault_that_no_shown_input_repeats_is_disputed_and_costs_nothing():
    first = "CALLS = []\n" + GOOD.replace(
        "    return x - lr * g", "    CALLS.append(1)\n    return x - lr * g * (len(CALLS) > 1)")
    rows, _ = graded([first])
    checks = {c["check"]: c.get("disputed", False) for c in rows["descent.1"]["checks"]}
    assert [name for name, disputed in checks.items() if disputed] == ["one number"]
    assert rows["descent.1"]["points"] == 1 and "disputed" in rows["descent.1"]["reason"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_notebook_is_ungraded_with_its_reason(name):
    content, reason = FILES[name]
    with pytest.raises(Unreadable, match=reason):
        submission.read(content, {"gradient_step"}, library.page("00_descent"))


@pytest.mark.sandbox
@pytest.mark.slow
@pytest.mark.skipif(AS_USER or not HERE or os.getuid() != 0 or not shutil.which("unshare"),
                    reason="needs to start as root")
def test_the_corpus_as_a_normal_user(tmp_path):
    """The same cases, run by a user without rights, in a view where Python can be read."""
    base = Path(sys.base_prefix).resolve()
    hidden = [p for p in base.parents if p != Path("/") and not p.stat().st_mode & 0o001]
    steps = [f"mkdir -p {tmp_path}/python", f"mount --bind {base} {tmp_path}/python"]
    for place in hidden[-1:]:
        steps += [f"mount -t tmpfs -o mode=755 none {place}", f"mkdir -p {base}",
                  f"mount --bind {tmp_path}/python {base}"]
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-x",
             "-m", "sandbox", "-k", "outcome or gets_nowhere", str(Path(__file__).parent)]
    steps.append("exec setpriv --reuid 54321 --regid 54321 --clear-groups "
                 + " ".join(f"'{w}'" for w in words))
    env = os.environ | {"GRADCOURSE_TEST_USER": "1", "HOME": "/tmp", "PYTEST_ADDOPTS": "",
                        "MPLCONFIGDIR": "", "PYTHONDONTWRITEBYTECODE": "1"}
    env.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(["unshare", "--mount", "sh", "-ec", "\n".join(steps)], env=env,
                          cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert f"{len(FULL) + len(NONE) + 1} passed" in done.stdout


