"""Prove the exercises: that right answers pass, wrong ones fail for the stated reason.

For every exercise of a chapter: the solution earns full marks and the starter none; every file
in `right/` passes; every file in `wrong/` fails exactly the checks it declares, with exactly the
causes it declares; small mechanical faults of the solution are caught. Each is tried on many
seeds, because in class every student gets another one.

    solutions/NN_slug/NN_slug.ipynb     the solution, by the name of the function
    solutions/NN_slug/right/*.py        EXERCISE = "slug.1" and another way to write it
    solutions/NN_slug/wrong/*.py        also REJECTED_BY = {"check name": "cause"}
"""

import contextlib
import io
import multiprocessing
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from gradcourse import folders
from gradcourse.answers import Task, chapter_folder, tasks_of
from gradcourse.checks import Call, Exercise, Result, find, load, run
from gradcourse.mutants import TICK, Clock, bounded
from gradcourse.wire import Answers

SEEDS = 1000  # for solutions and right answers
KILLED = 0.9  # the least share of mutants that the checks must catch
Printer = Callable[[str], Any]


@dataclass(frozen=True)
class Trial:
    """How one answer did."""

    task: Task
    agreed: int  # on how many seeds it did what is expected of its kind
    points: float  # on the public seed
    odd: str = ""  # the first seed that disagreed, in words
    turns: int = 0  # of its loops, at most, in one run
    failed: frozenset[str] = frozenset()  # the checks it failed on the public seed


@dataclass
class Report:
    """What an audit found; `faults` empty means the exercises stand."""

    slug: str
    exercises: list[Exercise]
    trials: list[Trial] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def of(self, kind: str, id: str) -> list[Trial]:
        """Return the trials of one kind for one exercise."""
        return [t for t in self.trials if t.task.kind == kind and t.task.id == id]


def audit(
    slug: str,
    seeds: int = SEEDS,
    out: Printer = print,
    *,
    root: Path | None = None,
    jobs: int = 1,
) -> Report:
    """Try every answer of a chapter and print what they earn.

    Args:
        slug: the chapter, with or without its number.
        seeds: how many seeds for right answers; wrong ones get at most 200 of them.
        out: takes the lines of the report.
        root: the course's folder; found by default.
        jobs: how many processes share the work.

    Returns:
        The report; its `faults` are one line each.

    Raises:
        ValueError: no such chapter.
    """
    if seeds < 1:
        raise ValueError(f"seeds must be >= 1, got {seeds}")
    folder = chapter_folder(slug, root or folders.root())
    exercises = [e for e in load(folder.name[3:]).values() if e.kind == "code"]
    report = Report(folder.name, exercises)
    tasks = list(tasks_of(folder, exercises, seeds, report.faults))
    with _mapper(jobs) as each, tqdm(total=len(tasks), desc=folder.name, disable=None) as bar:
        for trial in each(_try, [t for t in tasks if t.kind != "mutant"]):
            report.trials.append(trial)
            bar.update()
        for trial in each(_try, _paced([t for t in tasks if t.kind == "mutant"], report)):
            report.trials.append(trial)
            bar.update()
    report.faults += _faults(report)
    _print(report, out)
    return report


def main(chapters: Sequence[str] | None = None, seeds: int = SEEDS, jobs: int = 2) -> int:
    """Audit some chapters, or all that have solutions; return 1 if there is a fault."""
    course = folders.root()
    names = chapters or sorted(p.name for p in (course / "solutions").glob("[0-9][0-9]_*"))
    reports = [audit(name, seeds, root=course, jobs=jobs) for name in names]
    return 1 if any(report.faults for report in reports) else 0


# ---------------------------------------------------------------- trying them


def _mapper(jobs: int):
    """Give a `map`: of this process, or of several."""
    if jobs == 1:
        return contextlib.nullcontext(map)
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))
    return _Pool(pool)


class _Pool:
    def __init__(self, pool: ProcessPoolExecutor):
        self.pool = pool

    def __enter__(self):
        return self.pool.map

    def __exit__(self, *error):
        self.pool.shutdown(cancel_futures=True)


def _paced(tasks: Iterable[Task], report: Report) -> list[Task]:
    """Give each mutant twenty times the turns of its original."""
    turns = {t.task.id: t.turns for t in report.trials if t.task.kind == "solution"}
    return [Task(**{**vars(t), "patience": 1000 + 20 * turns[t.id]}) for t in tasks]


def _try(task: Task) -> Trial:
    """Try one answer on its seeds, from 0 on."""
    exercise, agreed, odd, turns, first = find(task.id), 0, "", 0, None
    for seed in range(task.seeds):
        result, used = _run(exercise, task, seed)
        first, turns = first or result, max(turns, used)
        problem = _problem(task, result)
        agreed += not problem
        odd = odd or (f"seed {seed}: {problem}" if problem else "")
        if problem and task.kind == "mutant":
            break
    return Trial(task, agreed, first.points, odd, turns, frozenset(first.failures))


def _run(exercise: Exercise, task: Task, seed: int) -> tuple[Result, int]:
    clock = Clock(task.patience)
    namespace = {"__name__": "answer", TICK: clock}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            exec(compile(bounded(task.source), task.name, "exec"), namespace)
        except Exception as error:
            namespace[exercise.name] = _broken(error)
        return run(exercise, Call(Answers(namespace).handle), seed), clock.turns


def _broken(error: Exception) -> Callable:
    """Make an answer that says what its file raised."""

    def answer(*args, **kwargs):
        raise error

    return answer


def _problem(task: Task, result: Result) -> str:
    """Say in what way a result is not what its kind should give."""
    crash = next((o.crash for o in result.outcomes if o.crash), "")
    if crash and task.kind != "mutant":
        return f"a check itself broke: {crash.strip().splitlines()[-1]}"
    if task.kind in ("solution", "right"):
        return "" if result.state == "right" else f"it fails {_told(result.failures)}"
    if task.kind == "starter":
        fine = result.state == "not started" and result.points == 0
        return "" if fine else f"{result.state}, {result.points:g} points"
    if task.kind == "mutant":
        return "it passes" if result.state == "right" else ""
    extra = {k: v for k, v in result.failures.items() if task.causes.get(k) != v}
    missed = {k: v for k, v in task.causes.items() if k not in result.failures}
    parts = [f"it passes {', '.join(map(repr, missed))}"] if missed else []
    return "; ".join(parts + ([f"it fails {_told(extra)}"] if extra else []))


def _told(failures: dict[str, str]) -> str:
    return ", ".join(f"{check!r} ({cause})" for check, cause in failures.items())


# ---------------------------------------------------------------- the report


def _faults(report: Report) -> list[str]:
    faults = []
    for trial in report.trials:
        task = trial.task
        if task.kind != "mutant" and trial.agreed < task.seeds:
            where = task.kind if task.kind == task.name else f"{task.kind}/{task.name}"
            wrong = f"{task.seeds - trial.agreed} of {task.seeds} seeds"
            faults.append(f"{task.id} {where}: {wrong}, first {trial.odd}")
    for exercise in report.exercises:
        for kind in ("right", "wrong"):
            if not report.of(kind, exercise.id):
                faults.append(f"{exercise.id}: no {kind} answer")
        killed, count = _kills(report, exercise.id)
        if count and killed < KILLED * count:
            faults.append(f"{exercise.id}: {killed} of {count} mutants killed, {KILLED:.0%} wanted")
    return faults


def _kills(report: Report, id: str) -> tuple[int, int]:
    trials = report.of("mutant", id)
    return sum(t.agreed == t.task.seeds for t in trials), len(trials)


def _print(report: Report, out: Printer) -> None:
    """Write the report for someone who has never seen one."""
    head = ("exercise", "points", "solution", "starter", "right", "wrong", "mutants killed")
    rows = [head, *(_row(report, exercise) for exercise in report.exercises)]
    wide = [max(len(row[k]) for row in rows) for k in range(len(head))]
    out(f"{report.slug}: {len(report.exercises)} exercises")
    for row in rows:
        out("  " + "  ".join(text.ljust(n) for text, n in zip(row, wide, strict=True)).rstrip())
    _print_wrong(report, out)
    living = [t for t in report.trials if t.task.kind == "mutant" and t.agreed < t.task.seeds]
    if living:
        out("mutants that live (faulty solutions that no check notices)")
    for trial in living:
        out(f"  {trial.task.id}  {trial.task.name}")
    for exercise in report.exercises:
        caught = {name for t in report.of("wrong", exercise.id) for name in t.failed}
        idle = [check.name for check in exercise.checks if check.name not in caught]
        if idle:
            out(f"note: no wrong answer of {exercise.id} fails {', '.join(map(repr, idle))}")
    out(f"{len(report.faults)} fault{'s' * (len(report.faults) != 1)}")
    for fault in report.faults:
        out(f"  {fault}")


def _row(report: Report, exercise: Exercise) -> tuple[str, ...]:
    counts = []
    for kind in ("right", "wrong"):
        trials = report.of(kind, exercise.id)
        counts.append(f"{sum(t.agreed == t.task.seeds for t in trials)} of {len(trials)}")
    solved, empty = (report.of(kind, exercise.id) for kind in ("solution", "starter"))
    killed, count = _kills(report, exercise.id)
    share = f" ({killed / count:.0%})" if count else ""
    return (
        exercise.id,
        f"{exercise.points:g}",
        "full" if solved and solved[0].agreed == solved[0].task.seeds else "FAULT",
        "none" if empty and empty[0].agreed == empty[0].task.seeds else "FAULT",
        counts[0],
        counts[1],
        f"{killed} of {count}{share}",
    )


def _print_wrong(report: Report, out: Printer) -> None:
    trials = sorted(
        (t for t in report.trials if t.task.kind == "wrong"),
        key=lambda t: (t.task.id, t.points, t.task.name),
    )
    most = {exercise.id: exercise.points for exercise in report.exercises}
    wide = max((len(t.task.name) for t in trials), default=0)
    if trials:
        out("what wrong answers earn, and on how many seeds they fail as declared")
    for t in trials:
        earned = f"{t.points:.4g} of {most[t.task.id]:g}"
        out(f"  {t.task.id}  {t.task.name:<{wide}}  {earned:>10}  {t.agreed} of {t.task.seeds}")
