"""Check an answer and show one card; show an exercise's hints.

Under nbgrader (NBGRADER_EXECUTION is set) the cell's only result is the points, a bare float.
With GRADCOURSE_STRICT=1 an answer that is not right raises.
"""

import contextvars
import os
import threading
import uuid
from typing import Any

from gradcourse.checks import Exercise, Result, find, local_call, run
from gradcourse.checks.call import reaches
from gradcourse.lab import card_text
from gradcourse.lab.card_text import GREEN, GREY, RED, Card
from gradcourse.lab.progress import record

PATIENCE = 5.0  # seconds before the card says how to interrupt


class CheckFailed(AssertionError):
    """An answer is not right, and GRADCOURSE_STRICT asks to be told."""


def check(id: str, fn: Any) -> float | None:
    """Put an exercise's checks to an answer and show one card.

    Args:
        id: the exercise, such as "descent.1".
        fn: the function or class you wrote, under the name that the exercise asks for.

    Returns:
        None; under nbgrader the points.

    Raises:
        ValueError: unknown id.
        CheckFailed: the answer is not right and GRADCOURSE_STRICT is 1.
    """
    exercise = find(id)
    graded = bool(os.environ.get("NBGRADER_EXECUTION"))
    place = _Place(quiet=graded)
    card, result = _refusal(exercise, fn), None
    if card is None:
        card, result = _judged(exercise, fn, place)
    place.show(card)
    if result and not graded:
        record(result)
    right = result is not None and result.state == "right"
    if os.environ.get("GRADCOURSE_STRICT") == "1" and not right:
        raise CheckFailed(card_text.as_text(card))
    return (result.points if result else 0.0) if graded else None


def hint(id: str) -> None:
    """Show an exercise's three hints, folded: a nudge, the formula, pseudocode.

    Args:
        id: the exercise, such as "descent.1".

    Raises:
        ValueError: unknown id, or an exercise without hints.
    """
    exercise = find(id)
    if not exercise.hints:
        raise ValueError(f"{id} has no hints")
    html, text = card_text.hints_html(exercise), card_text.hints_text(exercise)
    display({"text/html": html, "text/plain": text})


def display(bundle: dict[str, str], **options: Any) -> None:
    """Show a bundle in a notebook; print its text elsewhere."""
    try:
        from IPython import get_ipython
        from IPython.display import display as show
    except ImportError:
        get_ipython = None
    if get_ipython and get_ipython() is not None:
        show(bundle, raw=True, **options)
    else:
        print(bundle["text/plain"])


class _Place:
    """The one place of a card: a notice may stand there before the card does."""

    def __init__(self, quiet: bool):
        self.quiet, self.id, self.used = quiet, uuid.uuid4().hex, False
        self.lock = threading.Lock()
        self.done = False

    def show(self, card: Card, last: bool = True) -> None:
        with self.lock:
            if self.quiet or self.done:
                return
            display(card_text.bundle(card), display_id=self.id, update=self.used)
            self.used, self.done = True, last


def _judged(exercise: Exercise, fn: Any, place: _Place) -> tuple[Card, Result | None]:
    """Run the checks; after a few seconds say how to stop them."""
    context = contextvars.copy_context()  # the timer's output belongs to this cell
    notice = Card(
        GREY,
        _title(exercise),
        f"still running after {PATIENCE:g} s",
        notes=("To stop it, press the square in the toolbar: Interrupt the kernel.",),
    )
    timer = threading.Timer(PATIENCE, lambda: context.run(place.show, notice, False))
    timer.daemon = True
    timer.start()
    try:
        result = run(exercise, local_call(fn))
    except KeyboardInterrupt:
        note = "You interrupted the check. A loop that never ends is the usual reason."
        return Card(RED, _title(exercise), "stopped by you, nothing judged", notes=(note,)), None
    finally:
        timer.cancel()
    return _card(exercise, fn, result), result


def _card(exercise: Exercise, fn: Any, result: Result) -> Card:
    if result.state == "not started":
        note = "Replace the line that raises NotImplementedError, then run this cell again."
        verdict = f"not started, {_points(0, exercise)}"
        return Card(GREY, _title(exercise), verdict, notes=(note,), id=exercise.id)
    passed = tuple(o.check for o in result.outcomes if o.passed)
    failed = tuple((o.check, o.failure) for o in result.outcomes if not o.passed)
    colour = GREEN if result.state == "right" else RED
    word = {"right": "right", "partly": "partly right", "wrong": "not right yet"}[result.state]
    verdict = f"{word}, {_points(result.points, exercise)}"
    return Card(
        colour, _title(exercise), verdict, passed, failed, _warning(exercise, fn), exercise.id
    )


def _warning(exercise: Exercise, fn: Any) -> tuple[str, ...]:
    """Remind a learner whose answer calls the library's own method."""
    module = f"gradcourse.methods.{exercise.slug}"
    if not exercise.withheld or not reaches(fn, module):
        return ()
    return (f"Your answer uses `{module}`. In class that module is out of reach.",)


def _refusal(exercise: Exercise, fn: Any) -> Card | None:
    """Refuse what is not the asked answer, before anything runs."""
    name = exercise.name
    if not callable(fn):
        note = f'Hand in the function itself, not its result: check("{exercise.id}", {name}).'
        verdict = f"this is a {type(fn).__name__}, not a function"
    elif getattr(fn, "__name__", "") != name:
        note = f'Name it as the exercise does, then check("{exercise.id}", {name}).'
        verdict = f"this is `{getattr(fn, '__name__', 'nameless')}`, `{name}` is asked for"
    else:
        return None
    return Card(RED, _title(exercise), verdict, notes=(note,), id=exercise.id)


def _title(exercise: Exercise) -> str:
    return f"{exercise.id} {exercise.title}"


def _points(earned: float, exercise: Exercise) -> str:
    unit = "point" if exercise.points == 1 else "points"
    return f"{earned:.4g} of {exercise.points:g} {unit}"
