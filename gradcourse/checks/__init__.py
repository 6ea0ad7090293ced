"""The graded exercises: what an answer is asked, and what it earns."""

from .call import AnswerError, Call, Callback, Handle, Reply, counted, local_call
from .compare import Failure, close, close_number, refuses, require, same, short, tell, untouched
from .exercise import (
    EXERCISES,
    PUBLIC_SEED,
    Draw,
    Exercise,
    Outcome,
    Result,
    find,
    load,
    run,
    slugs,
)

__all__ = [
    "EXERCISES",
    "PUBLIC_SEED",
    "AnswerError",
    "Call",
    "Callback",
    "Draw",
    "Exercise",
    "Failure",
    "Handle",
    "Outcome",
    "Reply",
    "Result",
    "close",
    "close_number",
    "counted",
    "find",
    "load",
    "local_call",
    "refuses",
    "require",
    "run",
    "same",
    "short",
    "slugs",
    "tell",
    "untouched",
]
