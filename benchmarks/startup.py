"""The course itself: how long a reader waits."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.harness import ROOT

IMPORTS = {  # what -> (program, seconds at most)
    "import gradcourse": ("import gradcourse", 0.3),
    "gradcourse --help": ("from gradcourse.cli import main\ntry: main(['--help'])\n"
                          "except SystemExit: pass", 0.3),
    "import torch": ("import torch", None),
    "import gradcourse.lab": ("import gradcourse.lab", None),
}
BUDGETS = {"smoke": 15, "read": 60}  # seconds of a page on two idle cores


def rows(date: str, *, quick: bool = False, clone: bool = False) -> list[dict]:
    """Time imports and pages; with `clone`, also the way from a bare clone to the first picture."""
    found = [_row(what, *_least(code, 3 if quick else 7), date, most)
             for what, (code, most) in IMPORTS.items()]
    pages = [] if quick else sorted(p.stem for p in (ROOT / "chapters").glob("[0-9][0-9]_*.ipynb"))
    for page in pages:
        for mode, most in BUDGETS.items():
            command = [sys.executable, "-m", "gradcourse", "run", page, "--mode", mode]
            cpu, wall = _timed(command)
            print(f"bench: {page}, {mode}: {cpu:.0f} s", flush=True)
            found.append(_row(f"{page}, {mode}", cpu, wall, date, most))
    if clone:
        found.append(_row("from a bare clone to the first picture", *_first_picture(), date, None))
    return found


def _row(what, cpu, wall, date, most):
    return {"chapter": "startup", "what": what, "cpu": cpu, "wall": wall, "most": most,
            "date": date}


def _least(code: str, times: int) -> tuple[float, float]:
    """Run a program afresh a few times; the shortest counts, for the files are then in memory."""
    return min(_timed([sys.executable, "-c", code]) for _ in range(times))


def _timed(command: list[str], cwd: Path = ROOT) -> tuple[float, float]:
    """Return processor and wall seconds of a program and all it starts."""
    before, start = os.times(), time.perf_counter()
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {(done.stdout + done.stderr)[-500:]}")
    after = os.times()
    cpu = (after.children_user + after.children_system
           - before.children_user - before.children_system)
    return cpu, time.perf_counter() - start


def _first_picture() -> tuple[float, float]:
    """Clone, set a learner's environment up, run the first page in smoke mode."""
    folder = Path(tempfile.mkdtemp())
    try:
        there = folder / "course"
        cpu, wall = _timed(["git", "clone", "-q", str(ROOT), str(there)])
        venv = there / ".venv" / ("Scripts" if os.name == "nt" else "bin")
        for command in ([sys.executable, "course.py", "lab", "--copy-only"],
                        [str(venv / "python"), "-m", "gradcourse", "run", "00_descent",
                         "--mode", "smoke"]):
            more = _timed(command, there)
            cpu, wall = cpu + more[0], wall + more[1]
        return cpu, wall
    finally:
        shutil.rmtree(folder, ignore_errors=True)
