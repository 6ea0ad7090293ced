"""`gradcourse doctor`: what is there, what is missing, one remedy a line.

Only what keeps the course from running counts as a fault; the rest is a note.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

OK, NOTE, FAULT = "ok", "note", "fault"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
GIB = 2**30


class Finding(NamedTuple):
    """One line of the report."""

    level: str  # ok, note or fault
    what: str  # what was looked at and seen
    remedy: str = ""  # what to do about it


def main() -> int:
    """Print every finding.

    Returns:
        1 if something keeps the course from running, else 0.
    """
    findings = list(examine())
    for found in findings:
        print(f"{found.level:<6}{found.what}" + (f": {found.remedy}" if found.remedy else ""))
    faults = sum(found.level == FAULT for found in findings)
    print(f"faults that stop the course: {faults}" if faults else "the course can run")
    return 1 if faults else 0


def examine() -> Iterator[Finding]:
    """Look at everything in turn; a look that fails is itself a finding."""
    for look in (python, packages, course, memory, disk, gpu, sandbox, chromium):
        try:
            yield from look()
        except Exception as error:
            yield Finding(NOTE, look.__name__, f"could not be looked at ({error})")


def python() -> Iterator[Finding]:
    """Python's version; an old one does not get as far as this."""
    yield Finding(OK, f"Python {platform.python_version()} on {platform.system()}")


def packages(requirements: list[str] | None = None) -> Iterator[Finding]:
    """Every package the course needs, within its range.

    Args:
        requirements: lines such as `torch>=2.6,<3`; the course's own by default.
    """
    from packaging.requirements import Requirement

    needed = [Requirement(line) for line in requirements or metadata.requires("gradcourse") or []]
    wanted = [r for r in needed if not r.marker or r.marker.evaluate({"extra": ""})]
    bad = [finding for requirement in wanted if (finding := _package(requirement))]
    yield from bad
    if not bad:
        yield Finding(OK, f"{len(wanted)} packages within their ranges, torch {_version('torch')}")


def _package(requirement) -> Finding | None:
    there = _version(requirement.name)
    if there is None:
        return Finding(FAULT, f"{requirement.name} is missing", "make setup")
    if not requirement.specifier.contains(there, prereleases=True):
        told = f"{requirement.name} {there} is not {requirement.specifier}"
        return Finding(FAULT, told, "make setup")
    return None


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def course() -> Iterator[Finding]:
    """The course's folder and the learner's copy, which must be writable."""
    from gradcourse import folders

    try:
        home = folders.root()
    except ValueError as error:
        yield Finding(FAULT, "course folder", str(error))
        return
    yield Finding(OK, f"course folder with {len(folders.chapters(home))} chapters")
    copy = folders.learner() or home / "work"
    if writable(copy):
        yield Finding(OK, f"{copy.name}/ can be written")
    else:
        remedy = "gradcourse lab DIR with a folder of yours"
        yield Finding(FAULT, f"{copy.name}/ cannot be written", remedy)


def writable(folder: Path) -> bool:
    """Say whether a file can be made in `folder`, or in the first folder above that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def memory(total: float | None = None) -> Iterator[Finding]:
    """Memory: a page needs about one GiB, the tests two."""
    import psutil

    gib = (psutil.virtual_memory().total if total is None else total) / GIB
    if gib < 1:
        yield Finding(FAULT, f"{gib:.1f} GiB of memory", "a page needs 1 GiB: close or add some")
    elif gib < 3:
        yield Finding(NOTE, f"{gib:.1f} GiB of memory", "run one page at a time")
    else:
        yield Finding(OK, f"{gib:.0f} GiB of memory")


def disk(free: float | None = None) -> Iterator[Finding]:
    """Free disk where the course lies."""
    from gradcourse import folders

    gib = (shutil.disk_usage(folders.root()).free if free is None else free) / GIB
    if gib < 0.1:
        yield Finding(FAULT, f"{gib:.1f} GiB of disk free", "make room: your answers need some")
    elif gib < 3:
        yield Finding(NOTE, f"{gib:.1f} GiB of disk free", "a new setup needs 3 GiB")
    else:
        yield Finding(OK, f"{gib:.0f} GiB of disk free")


def gpu() -> Iterator[Finding]:
    """A GPU, which no page needs."""
    import torch

    if torch.cuda.is_available():
        yield Finding(OK, f"GPU {torch.cuda.get_device_name()}")
    else:
        yield Finding(NOTE, "no GPU that torch can use", "nothing to do, every page runs without")


def sandbox() -> Iterator[Finding]:
    """Bubblewrap, which only grading other people's answers needs."""
    if sys.platform != "linux":
        yield Finding(NOTE, "no bubblewrap on this system", "only grading needs it, on Linux")
    elif not (path := shutil.which("bwrap")):
        yield Finding(NOTE, "bubblewrap is missing", "only grading needs it; " + _apt("bubblewrap"))
    elif not _runs([path, "--ro-bind", "/", "/", "--unshare-all", "true"]):
        remedy = "only grading needs it; allow unprivileged user namespaces"
        yield Finding(NOTE, "bubblewrap cannot start here", remedy)
    else:
        yield Finding(OK, "bubblewrap")


def chromium() -> Iterator[Finding]:
    """A browser that tests can drive."""
    if path := browser():
        yield Finding(OK, Path(path).name)
    else:
        yield Finding(NOTE, "Chromium is missing", "only tests need it; " + _apt("chromium"))


def browser() -> str | None:
    """Return the path of a Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _apt(name: str) -> str:
    known = shutil.which("apt-get")
    return f"sudo apt-get install {name}" if known else f"install {name} with your system's tool"


def _runs(command: list[str], run: Callable = subprocess.run) -> bool:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return run(command, timeout=10, env={"PATH": os.defpath}, **quiet).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
