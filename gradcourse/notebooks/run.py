"""Run chapters from top to bottom and print the ledger of what they claim."""

import time
from pathlib import Path
from typing import NamedTuple

from gradcourse.notebooks import files
from gradcourse.notebooks.kernel import execute, refuse
from gradcourse.notebooks.ledger import claims_of, ledger_table

MODES = ("smoke", "read", "full")


class Run(NamedTuple):
    """One page that was run."""

    name: str  # NN_slug
    error: str  # one line naming the cell, or empty
    seconds: float  # wall time, kernel start included
    claims: list  # dicts as the page's ledger wrote them
    notebook: dict  # executed

    def __repr__(self) -> str:
        return f"Run({self.name}: {self.error or 'ok'}, {self.seconds:.0f} s)"

    @property
    def ok(self) -> bool:
        """Whether the page ran to its end without an error, in callbacks too."""
        return not self.error


def run(
    slugs=None,
    mode: str = "read",
    device: str = "auto",
    seed: int = 0,
    *,
    jobs: int = 1,
    scheduler: str = "",
    progress: bool = True,
    parameters: dict | None = None,
    root: Path | str | None = None,
) -> list[Run]:
    """Run the chapters asked for and print one line each, then the ledger.

    Args:
        slugs: None or "all", a name or several.
        mode: "smoke", "read" or "full".
        device: a device the course knows.
        seed: whole number >= 0.
        jobs: pages at once on this machine.
        scheduler: a Dask scheduler's address, to run them on its workers instead; these need the
            course at the same place.
        progress: show a bar over the cells, or over the pages of several jobs.
        parameters: values for further names of the pages' `parameters` cells.
        root: the course; None finds it.

    Returns:
        One result a page, in order; a page that fails does not stop the next.

    Raises:
        ValueError: an unknown page, mode, device or parameter, or no scheduler, before anything
            runs.
    """
    course = files.course_root(root)
    chosen = files.choose(slugs, "chapters", course)
    _refuse(mode, device, seed)
    given = {"mode": mode, "device": device, "seed": seed, **(parameters or {})}
    paths = [files.page_path("chapters", name, course) for name in chosen]
    for path in paths:
        refuse(path, given)
    results = []
    for result in _each(paths, given, jobs, scheduler, progress):
        results.append(result)
        print(f"{result.name}: {result.error or 'ok'} ({result.seconds:.0f} s)", flush=True)
    results.sort(key=lambda result: chosen.index(result.name))
    print(ledger_table([claim for result in results for claim in result.claims]))
    return results


def _each(paths: list[Path], given: dict, jobs: int, scheduler: str, progress: bool):
    """Run the pages one after another here, or hand them out."""
    if jobs == 1 and not scheduler:
        return (_run_one(path, given, progress) for path in paths)
    from gradcourse.grading import pool

    return pool.each(_run_task, [(path, given) for path in paths], jobs=jobs,
                     scheduler=scheduler, progress=progress, unit="page")


def _run_task(task: tuple[Path, dict]) -> Run:
    return _run_one(*task, progress=False)


def _run_one(path: Path, given: dict, progress: bool) -> Run:
    start = time.perf_counter()
    env = {"GRADCOURSE_MODE": given["mode"]}
    done = execute(path, given, bar=path.stem if progress else "", env=env)
    seconds = time.perf_counter() - start
    return Run(path.stem, done.error, seconds, claims_of(done.notebook, path.stem), done.notebook)


def _refuse(mode: str, device: str, seed: int) -> None:
    from gradcourse.lab.begin import DEVICES

    if mode not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
    if device not in DEVICES:
        raise ValueError(f"device must be one of {', '.join(DEVICES)}, got {device!r}")
    if type(seed) is not int or seed < 0:
        raise ValueError(f"seed must be a whole number >= 0, got {seed!r}")
