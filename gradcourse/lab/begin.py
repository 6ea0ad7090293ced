"""Open a page: check its parameters, choose the device, say in one line what will run.

The device policy of the course lives here and nowhere else: "auto" takes a CUDA GPU when there is
one and the processor otherwise, never MPS, which has no float64.
"""

import os
import re
import sys
import time
from importlib.metadata import version

import torch

import gradcourse
from gradcourse.lab.ledger import Ledger
from gradcourse.lab.progress import opened
from gradcourse.lab.show import coarse
from gradcourse.pictures.style import use_course_style

BUDGETS = {"smoke": 15, "read": 60, "full": 600}  # wall seconds of a page on two idle cores
DEVICES = ("auto", "cpu", "cuda")


class Page:
    """A page being run: its parameters, its ledger and its clock."""

    def __init__(self, chapter: str, mode: str, seed: int, device: str):
        self.chapter = chapter
        self.mode = mode
        self.seed = seed
        self.device = torch.device(device)
        self.dtype = torch.float64
        self.budget = BUDGETS[mode]
        self.ledger = Ledger(judged=mode != "smoke")
        self._opened = time.perf_counter()

    def pick(self, *, smoke, read, full):
        """Choose one of three values by the page's mode."""
        return {"smoke": smoke, "read": read, "full": full}[self.mode]

    def generator(self, offset: int = 0) -> torch.Generator:
        """Make a generator on the CPU, seeded with the page's seed plus an offset."""
        return torch.Generator().manual_seed(self.seed + offset)

    def end(self) -> None:
        """Print the colophon: wall time against the budget, and versions."""
        taken = time.perf_counter() - self._opened
        verdict = "within" if taken <= self.budget else "OVER"
        print(f"{taken:.0f} s, {verdict} the budget of {self.budget} s for mode {self.mode}.")
        names = ("torch", "numpy", "scipy", "matplotlib", "scikit-learn")
        parts = [f"python {'.'.join(map(str, sys.version_info[:3]))}"]
        print(" · ".join(parts + [f"{name} {_plain(version(name))}" for name in names]))

    def __repr__(self) -> str:
        return (f"gradcourse {gradcourse.__version__} · torch {_plain(torch.__version__)}"
                f" · mode {self.mode} · device {self.device.type} · seed {self.seed}"
                f" · budget {self.budget} s")


def begin(chapter: str, *, mode: str = "read", seed: int = 0, device: str = "auto") -> Page:
    """Open a page and print one line about it.

    Args:
        chapter: the page's name, such as "00_descent".
        mode: "smoke" (seconds, nothing judged), "read" (the page as printed) or "full".  The
            variable GRADCOURSE_MODE takes its place where the page asks for "read".
        seed: whole number >= 0 from which the page draws everything random.
        device: "auto" (a GPU when there is one), "cpu" or "cuda".

    Returns:
        The page.

    Raises:
        ValueError: a parameter is not one of these.
    """
    if not re.fullmatch(r"\d\d_[a-z][a-z0-9_]*", chapter):
        raise ValueError(f"chapter must look like '00_descent', got {chapter!r}")
    if type(seed) is not int or seed < 0:
        raise ValueError(f"seed must be a whole number >= 0, got {seed!r}")
    page = Page(chapter, _mode(mode), seed, choose_device(device))
    use_course_style()
    coarse(page.mode == "smoke")
    opened(chapter)
    print(page)
    return page


def _mode(mode: str) -> str:
    name = "mode"
    if mode == "read" and os.environ.get("GRADCOURSE_MODE"):
        name, mode = "GRADCOURSE_MODE", os.environ["GRADCOURSE_MODE"]
    if mode not in BUDGETS:
        raise ValueError(f"{name} must be one of {', '.join(BUDGETS)}, got {mode!r}")
    return mode


def choose_device(device: str) -> str:
    """Turn "auto", "cpu" or "cuda" into the device to use, or refuse it in one line."""
    if device not in DEVICES:
        raise ValueError(f"device must be one of {', '.join(DEVICES)}, got {device!r}")
    gpu = torch.cuda.is_available()
    if device == "auto":
        return "cuda" if gpu else "cpu"
    if device != "cpu" and not gpu:
        raise ValueError(f"device {device!r} asked for, but torch sees no GPU; use 'auto'")
    return device


def _plain(full: str) -> str:
    """Drop a local build tag: 2.13.0+cpu becomes 2.13.0."""
    return full.partition("+")[0]
