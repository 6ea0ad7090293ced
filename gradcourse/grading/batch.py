"""Grade a class: collect, hand out to processes or a cluster, write one file per submission.

A result is written whole or not at all, under a key of what was graded by what; a batch that was
killed goes on where it stopped, and a submission that did not change is not graded again.
"""

import concurrent.futures
import contextlib
import hashlib
import hmac
import json
import multiprocessing
import multiprocessing.util
import os
import secrets
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from gradcourse.grading import judge as judging
from gradcourse.grading import library, report, submission
from gradcourse.grading.judge import Task
from gradcourse.grading.sandbox import HERE, Limits
from gradcourse.grading.submission import Found, Unreadable


@dataclass
class Settings:
    """What `course.toml` says; each line may be left out."""

    secret: Path
    assignments: list[str] | None = None
    checks: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)


def settings(out: Path, file: Path | None = None) -> Settings:
    """Read `course.toml`: the one named, else the one beside the results, if there is one.

    Raises:
        ValueError: it cannot be read, or names what is not known.
    """
    file = file or out / "course.toml"
    if not file.is_file():
        return Settings(out / "secret.key")
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{file.name}: {error}") from None
    known = {"secret", "assignments", "checks", "limits"}
    if set(told) - known:
        raise ValueError(f"{file.name} knows {', '.join(sorted(known))}, not "
                         + ", ".join(sorted(set(told) - known)))
    try:
        limits = Limits(**told.get("limits", {}))
    except TypeError as error:
        raise ValueError(f"{file.name}, [limits]: {error}") from None
    checks = tuple(str((file.parent / name).resolve()) for name in told.get("checks", []))
    return Settings(file.parent / told.get("secret", "secret.key"), told.get("assignments"),
                    checks, limits)


def secret(path: Path) -> bytes:
    """Read the course's secret; make it, for the owner's eyes only, when there is none.

    Raises:
        ValueError: others may read it.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
    if path.stat().st_mode & 0o077:
        raise ValueError(f"{path.name} may be read by others: chmod 600 {path.name}")
    content = path.read_bytes().strip()
    if len(content) < 32:
        raise ValueError(f"{path.name} is too short for a secret")
    return content


def seed(key: bytes, purpose: str, exercise: str, student: str) -> bytes:
    """Derive what a student's inputs are drawn from."""
    text = json.dumps([purpose, exercise, student]).encode()
    return hmac.new(key, text, hashlib.sha256).digest()


def edition(files: tuple[str, ...] = ()) -> str:
    """Return a hash of the code that judges, so that a mended check grades anew."""
    digest = hashlib.sha256()
    paths = [*HERE.glob("checks/*.py"), *HERE.glob("methods/**/*.py"), *HERE.glob("grading/*.py"),
             HERE / "wire.py", HERE / "problems.py", *map(Path, files)]
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def task(found: Found, key: bytes, chosen: Settings, judged_by: str) -> tuple[Task, dict]:
    """Read one submission and lay out what a worker process needs; also its free answers."""
    exercises = library.exercises(found.assignment, chosen.checks)
    names = {exercise.name for exercise in exercises}
    cells, ambiguous, problem, texts = (), {}, found.problem, {}
    try:
        if not problem:
            page = submission.read(found.content, names, library.given(found.assignment))
            cells = tuple(submission.without_stubs(page.cells, names))
            ambiguous, texts = page.ambiguous, page.texts
    except Unreadable as error:
        problem = str(error)
    draws = {purpose: {e.id: seed(key, purpose, e.id, found.student) for e in exercises}
             for purpose in ("graded", "shown")}
    made = Task(found.student, found.assignment, "", cells, ambiguous, problem, draws["graded"],
                draws["shown"], chosen.limits, chosen.checks)
    text = [judged_by, asdict(made) | {"seeds": sorted(s.hex() for s in draws["graded"].values()),
                                       "shown": ""}]
    digest = hashlib.sha256(json.dumps(text, sort_keys=True).encode()).hexdigest()
    return replace(made, key=digest), texts


def grade(place: Path, out: Path, names: list[str] | None = None, *, jobs: int = 1,
          scheduler: str = "", config: Path | None = None, dry_run: bool = False,
          progress: bool = False) -> dict:
    """Grade all submissions of a place.

    Args:
        place: a tree by student, a flat folder of notebooks, or a zip.
        out: where results go.
        names: assignments; all by default.
        jobs: processes on this machine.
        scheduler: a Dask scheduler's address, to use its workers instead.
        config: a course.toml; by default the one in `out`.
        dry_run: grade the first three and write nothing.
        progress: show a bar.

    Returns:
        How many were graded, kept from before, and ungraded.

    Raises:
        ValueError: nothing to grade, or no sandbox.
    """
    chosen = settings(out, config)
    assignments = library.choose(names or chosen.assignments)
    handed = submission.collect(place, assignments, library.assignments())
    lost = [f for f in handed if f.assignment not in assignments]
    handed = [f for f in handed if f.assignment in assignments]
    if not handed:
        raise ValueError(f"no submission of {', '.join(assignments)} in {place.name}")
    key = secrets.token_bytes(32) if dry_run else secret(chosen.secret)
    judged_by = edition(chosen.checks)
    tasks = [task(f, key, chosen, judged_by) for f in (handed[:3] if dry_run else handed)]
    todo = [t for t, _ in tasks if dry_run or not _kept(out, t)]
    for t, texts in tasks:
        if not dry_run:
            write(out / "texts" / t.assignment / f"{report.safe(t.student)}.json",
                  {"student": t.student, "assignment": t.assignment, "texts": texts})
    results = []
    for result in _run(todo, jobs, scheduler, progress):
        results.append(result)
        if not dry_run:
            write(result_path(out, result["assignment"], result["student"]), result)
    if not dry_run:
        report.write_all(out)
    told = {"graded": len(results), "kept": len(tasks) - len(todo),
            "unknown": sorted(f.student for f in lost)}
    return told | ({"results": results} if dry_run else {})


def result_path(out: Path, assignment: str, student: str) -> Path:
    """Return where a submission's result lies."""
    return out / "results" / assignment / f"{report.safe(student)}.json"


def _kept(out: Path, task: Task) -> bool:
    try:
        stored = json.loads(result_path(out, task.assignment, task.student).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(stored, dict) and stored.get("key") == task.key


def write(path: Path, content: object) -> None:
    """Write JSON whole or not at all."""
    report.write_text(path, json.dumps(content, indent=1, sort_keys=True) + "\n")


def _run(todo: list[Task], jobs: int, scheduler: str, progress: bool) -> Iterator[dict]:
    """Yield results as they come, from this process, from others, or from a cluster."""
    from tqdm import tqdm

    if not todo:
        return
    bar = tqdm(total=len(todo), unit="submission", disable=not progress)
    with bar, _executor(min(jobs, len(todo)), scheduler) as executor:
        waiting = {executor.submit(judging.judge, t) for t in todo}
        try:
            for done in concurrent.futures.as_completed(waiting):
                yield done.result()
                bar.update()
        except BaseException:
            for future in waiting:
                future.cancel()
            raise


@contextlib.contextmanager
def _executor(jobs: int, scheduler: str) -> Iterator[concurrent.futures.Executor]:
    if scheduler:
        try:
            from distributed import Client
        except ImportError:
            raise ValueError("--scheduler needs Dask: pip install distributed") from None
        with Client(scheduler) as client, client.get_executor(pure=False) as executor:
            yield executor
    elif jobs == 1:
        with _Here() as executor:
            yield executor
    else:
        spawn = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(jobs, spawn, _prepare) as executor:
            yield executor


def _prepare() -> None:
    import torch

    torch.set_num_threads(1)
    multiprocessing.util.Finalize(None, judging.close, exitpriority=10)


class _Here(concurrent.futures.Executor):
    """Does the work in this process, one after another, when results are asked for."""

    def __init__(self):
        self.pool = concurrent.futures.ThreadPoolExecutor(1)

    def submit(self, fn, /, *args, **kwargs):
        """Put it in the row."""
        return self.pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait=True, *, cancel_futures=False):
        """End, with the sandbox."""
        self.pool.submit(judging.close)
        self.pool.shutdown(wait=wait, cancel_futures=cancel_futures)
