"""What an instructor does after a batch: look closer, set points by hand, grade again."""

import datetime
import json
from pathlib import Path

from gradcourse.checks import Call, find, run
from gradcourse.grading import batch, library, pool, report, submission
from gradcourse.grading import judge as judging
from gradcourse.grading.roster import Roster
from gradcourse.grading.sandbox import Died


def explain(
    place: Path, out: Path, student: str, exercise: str, config: Path | None = None,
    roster: Roster | None = None,
) -> str:
    """Replay one exercise on the graded inputs; for the instructor's eyes.

    Raises:
        ValueError: no such submission or exercise.
    """
    chosen = batch.settings(out, config)
    if not chosen.secret.is_file():
        raise ValueError(f"no secret at {chosen.secret.name}: nothing can be replayed")
    asked = _asked(exercise, chosen)
    assignment = library.choose([asked.slug])[0]
    handed = submission.collect(place, [assignment], library.assignments(), roster)
    found = [f for f in handed if (f.student, f.assignment) == (student, assignment)]
    if not found:
        raise ValueError(f"no submission of {assignment} by {student}")
    task, _ = batch.task(found[0], batch.secret(chosen.secret), chosen, "")
    if asked.id not in task.seeds:
        raise ValueError(f"{asked.id} is not among the exercises of course.toml")
    if task.problem or asked.name in task.ambiguous:
        return f"ungraded: {task.problem or task.ambiguous[asked.name]}"
    session = judging._Session(task, judging.sandbox_for(assignment))
    try:
        call: Call = session.call(asked.name)
        session.worker.allow(task.limits.exercise)
        result = run(asked, call, task.seeds[asked.id])
        return _told(result, session)
    except Died as ended:
        return f"died: {ended}"
    finally:
        session.end()
        judging.close()


def _asked(id: str, chosen: batch.Settings):
    for path in chosen.checks:
        library._own(path)
    return find(id)


def _told(result, session) -> str:
    lines = [f"{result.id}: {result.points:g} of {result.max_points:g}, {result.state}"]
    for outcome in result.outcomes:
        lines.append(f"  {'passed' if outcome.passed else 'failed'}  {outcome.check}")
        if outcome.failure:
            failure = outcome.failure
            for name in ("tried", "expected", "got", "cause"):
                if getattr(failure, name):
                    lines.append(f"          {name}: {getattr(failure, name)}")
        if outcome.crash:
            lines.append("          the check itself stopped:\n" + outcome.crash)
    lines += [f"  cell {stop['cell']} stopped: {stop['why']}" for stop in session.stopped]
    printed = session.printed()
    return "\n".join(lines + ([f"  printed: {printed}"] if printed else []))


def override(out: Path, student: str, exercise: str, points: float, reason: str) -> None:
    """Set points by hand; the last word, whatever is graded later.

    Raises:
        ValueError: nobody was graded under that name, or points out of range, or no reason.
    """
    rows = [row for r in report.results(out) for row in r["exercises"]
            if (r["student"], row["id"]) == (student, exercise)]
    if not rows:
        raise ValueError(f"no result of {student} for {exercise} in {out.name}")
    if not 0 <= points <= rows[0]["max_points"]:
        raise ValueError(f"points must be from 0 to {rows[0]['max_points']:g}, got {points:g}")
    if not reason.strip():
        raise ValueError("an override needs a reason")
    entry = {"student": student, "exercise": exercise, "points": points, "reason": reason,
             "date": datetime.date.today().isoformat()}
    batch.write(out / "overrides.json", [*report.overrides(out), entry])
    report.write_all(out)


def regrade(place: Path, out: Path, exercise: str | None = None, *, jobs: int = 1,
            config: Path | None = None, roster: Roster | None = None,
            apply: bool = False) -> list[dict]:
    """Grade again and compare with what stands; write it only when asked.

    Returns:
        Who would gain or lose: student, exercise, points before and after.

    Raises:
        ValueError: nothing was graded yet, or no secret.
    """
    chosen = batch.settings(out, config)
    if not chosen.secret.is_file():
        raise ValueError(f"no secret at {chosen.secret.name}: nothing can be regraded")
    names = sorted({r["assignment"] for r in report.results(out)})
    if exercise:
        names = [n for n in names if library.slug(n) == _asked(exercise, chosen).slug]
    if not names:
        raise ValueError(f"nothing was graded in {out.name}")
    key, edition = batch.secret(chosen.secret), library.edition(chosen.checks)
    tasks = [batch.task(f, key, chosen, edition)[0]
             for f in submission.collect(place, names, library.assignments(), roster)
             if f.assignment in names]
    before = {(r["student"], row["id"]): row for r in report.results(out)
              for row in r["exercises"]}
    changes = []
    for result in pool.each(judging.judge, tasks, jobs=jobs):
        changes += _compared(before, result, exercise)
        if apply:
            _merge(out, result, exercise)
    if apply:
        report.write_all(out)
    return sorted(changes, key=lambda c: (c["student"], c["exercise"]))


def _compared(before: dict, result: dict, exercise: str | None) -> list[dict]:
    changes = []
    for row in result["exercises"]:
        old = before.get((result["student"], row["id"]))
        if (exercise and row["id"] != exercise) or (old and old.get("override")):
            continue
        was = old["points"] if old else 0.0
        if was != row["points"]:
            changes.append({"student": result["student"], "exercise": row["id"],
                            "before": was, "after": row["points"]})
    return changes


def _merge(out: Path, result: dict, exercise: str | None) -> None:
    """Write a new result, but only the exercise asked for, if one was."""
    path = batch.result_path(out, result["assignment"], result["student"])
    if exercise and path.is_file():
        stored = json.loads(path.read_text("utf-8")) | {"key": ""}  # the rest is not of this key
        fresh = {row["id"]: row for row in result["exercises"]}
        stored["exercises"] = [fresh[row["id"]] if row["id"] == exercise else row
                               for row in stored["exercises"]]
        result = stored
    batch.write(path, result)
