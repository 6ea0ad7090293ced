"""Grade one submission: run its cells in a worker, put the checks to it, keep the verdicts here.

A worker serves all exercises of a submission; when it dies, the next exercise gets a fresh one.
"""

import contextlib
import copy
import hashlib
import json
import os
import threading
from dataclasses import dataclass, field

from gradcourse.checks import AnswerError, Call, Exercise, Result, run
from gradcourse.checks.compare import clean
from gradcourse.checks.exercise import PUBLIC_SEED
from gradcourse.grading import canary, library
from gradcourse.grading.sandbox import Died, Limits, Sandbox, Worker
from gradcourse.grading.submission import Cell, defined

FAULT = "the grader stopped: "  # a fault of ours: tried again in the next batch
TRIES = 5  # seeds that may be shown, before a failed check counts as disputed


@dataclass(frozen=True)
class Task:
    """One submission, as all that another process needs."""

    student: str
    assignment: str
    key: str  # of what was graded by what
    cells: tuple[Cell, ...] = ()
    ambiguous: dict[str, str] = field(default_factory=dict)
    problem: str = ""  # why it cannot be read
    seeds: dict[str, bytes] = field(default_factory=dict)  # by exercise: secret
    shown: dict[str, bytes] = field(default_factory=dict)  # by exercise: may be disclosed
    limits: Limits = Limits()
    files: tuple[str, ...] = ()  # the instructor's own checks
    points: dict[str, float] = field(default_factory=dict)  # by exercise that counts


    def answers(self) -> str:
        """Return a hash of what was handed in."""
        text = json.dumps([[c.source for c in self.cells], self.problem])
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


_held: dict[tuple, Sandbox] = {}
_lock = threading.Lock()


def sandbox_for(assignment: str) -> Sandbox:
    """Return this process's sandbox for an assignment, started when first asked for."""
    key = (os.getpid(), assignment)
    if key not in _held or _held[key].process.poll() is not None:
        sandbox = Sandbox(library.slug(assignment), library.uses(assignment))
        canary.check(sandbox)
        _held[key] = sandbox
    return _held[key]


def close() -> None:
    """End this process's sandboxes."""
    for sandbox in _held.values():
        sandbox.close()
    _held.clear()


def judge(task: Task) -> dict:
    """Grade one submission.

    Returns:
        Plain data: student, assignment, key, one row per exercise, the cells that stopped, and
        the end of what was printed. Nothing in it tells a time or a place.
    """
    exercises = library.exercises(task.assignment, task.files)
    exercises = [e for e in exercises if e.id in task.seeds]
    record = {"student": task.student, "assignment": task.assignment, "key": task.key,
              "answers": task.answers()}
    if task.problem:
        rows = [_worth(_row(e, "ungraded", task.problem), task) for e in exercises]
        return {**record, "exercises": rows, "stopped": [], "printed": ""}
    with _lock:
        session = _Session(task, sandbox_for(task.assignment))
        try:
            rows = [_worth(_exercise(session, task, e), task) for e in exercises]
            return {**record, "exercises": rows, "stopped": session.stopped,
                    "printed": session.printed()}
        finally:
            session.end()


def _exercise(session: "_Session", task: Task, exercise: Exercise) -> dict:
    if exercise.name in task.ambiguous:
        return _row(exercise, "ungraded", task.ambiguous[exercise.name])
    try:
        call = session.call(exercise.name)
        session.worker.allow(task.limits.exercise)
        result = run(exercise, call, task.seeds[exercise.id])
    except Died as ended:
        return _row(exercise, "died", str(ended))
    except Exception as error:  # a fault of ours must cost one row, not the batch
        return _row(exercise, "ungraded", f"{FAULT}{type(error).__name__}: {error}")
    if result.state == "not started":
        why = session.why_missing(exercise.name)
        return _row(exercise, "graded" if why else "not started", why)
    return _judged(session, task, exercise, call, result)


def _judged(session, task, exercise: Exercise, call: Call, result: Result) -> dict:
    """Turn a result into a row; show each fault on inputs that may be seen, or dispute it."""
    checks, failed = [], {o.check for o in result.outcomes if not o.passed}
    shown = _shown(session, task, exercise, call, failed) if failed else {}
    for outcome in result.outcomes:
        entry = {"check": outcome.check, "passed": outcome.passed, "points": outcome.points}
        if not outcome.passed:
            failure = shown.get(outcome.check)
            disputed = failure is None and shown.get("") is None
            check = next(c for c in exercise.checks if c.name == outcome.check)
            entry |= {"disputed": disputed, "points": exercise.share(check) if disputed else 0.0}
            entry["cause"] = failure.cause if failure else ""
            for word in ("tried", "expected", "got"):
                entry[word] = getattr(failure, word) if failure else ""
            entry["hint"] = failure.hint if failure else None
        checks.append(entry)
    points = round(sum(entry["points"] for entry in checks), 4)
    causes = [f"{c['check']}: {c['cause']}" for c in checks if c.get("cause")]
    disputed = [c["check"] for c in checks if c.get("disputed")]
    reason = "; ".join(causes + [f"disputed: {name}" for name in disputed])
    row = _row(exercise, "graded", reason)
    return {**row, "points": min(points, float(exercise.points)), "checks": checks}


def _shown(session, task, exercise: Exercise, call: Call, failed: set[str]) -> dict:
    """Find, for each failed check, a failure on inputs that the learner may see."""
    part, found = copy.copy(exercise), {}
    seeds = [PUBLIC_SEED, *(task.shown[exercise.id] + bytes([n]) for n in range(TRIES))]
    for seed in seeds:
        part.checks = [c for c in exercise.checks if c.name in failed - set(found)]
        if not part.checks:
            break
        try:
            session.worker.allow(task.limits.exercise)
            result = run(part, call, seed)
        except Died as ended:
            return {**found, "": str(ended)}  # nothing is disputed with an answer that dies
        found |= {o.check: o.failure for o in result.outcomes if not o.passed}
    return found


def _row(exercise: Exercise, state: str, reason: str = "") -> dict:
    return {"id": exercise.id, "title": exercise.title, "state": state, "points": 0.0,
            "max_points": float(exercise.points), "reason": clean(reason, 400), "checks": []}


def _worth(row: dict, task: Task) -> dict:
    """Give a row the points that the instructor gives its exercise."""
    share = task.points.get(row["id"], row["max_points"]) / row["max_points"]
    if share == 1:
        return row
    checks = [{**entry, "points": round(entry["points"] * share, 4)} for entry in row["checks"]]
    return {**row, "points": round(row["points"] * share, 4), "checks": checks,
            "max_points": round(row["max_points"] * share, 4)}


class _Session:
    """A submission's worker, started when first needed and again after each death."""

    def __init__(self, task: Task, sandbox: Sandbox):
        self.task, self.sandbox = task, sandbox
        self.worker: Worker | None = None
        self.fatal: set[int] = set()  # cells that ended a worker; they are not run again
        self.stopped: list[dict] = []

    def call(self, name: str) -> Call:
        """Return a way to the answers; the cells have run.

        Raises:
            Died: every attempt to run the cells ended the worker.
        """
        while self.worker is None or self.worker.life.fileno() < 0:
            self.worker, number = self.sandbox.worker(self.task.limits), 0
            try:
                self.stopped = [s for s in self.stopped if s["cell"] in self.fatal]
                for cell in self.task.cells:
                    number = cell.number
                    self._run(cell)
            except Died as ended:
                if number in self.fatal or len(self.fatal) >= 8:
                    raise
                self.fatal.add(number)
                self.stopped.append({"cell": number, "why": str(ended)})
        return Call(self.worker.transport)

    def _run(self, cell: Cell) -> None:
        if cell.broken:
            self.stopped.append({"cell": cell.number, "why": clean(cell.broken)})
            return
        source = definitions(cell.source) if cell.number in self.fatal else cell.source
        if not source:
            return
        self.worker.allow(self.task.limits.cell)
        reply = self.worker.ask("cell", source=source, name=f"cell {cell.number}")
        if "error" in reply and cell.number not in self.fatal:
            why = clean(f"{reply['error']}: {reply.get('message', '')}")
            self.stopped.append({"cell": cell.number, "why": why})

    def why_missing(self, name: str) -> str:
        """Say which cell stopped before it could define an answer, if one did."""
        numbers = {c.number for c in self.task.cells
                   if name in defined(c.source) or (c.broken and f"def {name}" in c.source)}
        real = {c.number for c in self.task.cells if defined(c.source).get(name)
                or (c.broken and f"def {name}" in c.source)}
        for stop in self.stopped:
            if stop["cell"] in numbers & real:
                return f"{name} is not defined: cell {stop['cell']} stopped, {stop['why']}"
        return ""

    def printed(self) -> str:
        """Return the end of what the cells printed."""
        if self.worker is None or self.worker.life.fileno() < 0:
            return ""
        with contextlib.suppress(Died, AnswerError):
            self.worker.allow(5)
            text = self.worker.ask("printed").get("ok", "")
            return clean(text, 2000) if isinstance(text, str) else ""
        return ""

    def end(self) -> None:
        """End the worker."""
        if self.worker is not None:
            self.worker.end()


def definitions(source: str) -> str:
    """Keep what a cell defines and imports, and drop what it runs."""
    import ast

    kinds = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    tree.body = [node for node in tree.body if isinstance(node, kinds)]
    return ast.unparse(tree)
