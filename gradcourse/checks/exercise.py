"""An exercise, its checks, and what an answer earned.

    step = Exercise(id="descent.1", name="gradient_step", title="One step", hints=(...))

    @step.check("one number by hand", hint=1)
    def by_hand(call, draw):
        x, g = draw.normal(3), draw.normal(3)
        got = call("gradient_step", x, g, lr=0.1).value
        return same(got, x - 0.1 * g, tried="gradient_step(x, g, lr=0.1)",
                    causes=[(x + 0.1 * g, "you climb: the step goes against the gradient")])

A check gets `call`, its only way to the answer, and `draw`, its only source of chance; it
returns None or a `Failure`. All checks run, each with a draw of its own, so that one failure
never changes what another sees.
"""

import hashlib
import hmac
import importlib
import math
import pkgutil
import re
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from .call import AnswerError, Call
from .compare import Failure

PUBLIC_SEED = 0
EXERCISES: dict[str, "Exercise"] = {}
# The modules beside this one that are no chapter's own.
MACHINERY = {"audits", "bowls", "call", "compare", "cuts", "exercise", "runs", "samples",
             "switches", "walks"}


class Draw:
    """A stream of random inputs in float64, one for each check.

    Args:
        seed: the public seed (0) or the classroom's secret.
        name: what the stream is for; another name, another stream.
    """

    def __init__(self, seed: int | str | bytes, name: str):
        key = seed if isinstance(seed, bytes) else str(seed).encode()
        digest = hmac.new(key, name.encode(), hashlib.sha256).digest()
        start = int.from_bytes(digest[:8], "little") >> 1
        self.generator = torch.Generator().manual_seed(start)

    def normal(self, *shape: int) -> torch.Tensor:
        """Standard normal numbers."""
        return torch.randn(shape, generator=self.generator, dtype=torch.float64)

    def uniform(self, low: float = 0.0, high: float = 1.0, *shape: int) -> Any:
        """Uniform numbers in [low, high): a float, or a tensor when a shape is given."""
        unit = torch.rand(shape, generator=self.generator, dtype=torch.float64)
        value = low + (high - low) * unit
        return value if shape else value.item()

    def log_uniform(self, low: float, high: float) -> float:
        """One number between low and high, uniform in its logarithm."""
        return math.exp(self.uniform(math.log(low), math.log(high)))

    def integer(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return int(torch.randint(low, high + 1, (), generator=self.generator))

    def choice(self, items: Sequence) -> Any:
        """One of the items."""
        return items[self.integer(0, len(items) - 1)]

    def spectrum(self, d: int, mu: float, L: float) -> torch.Tensor:
        """Draw d sorted curvatures: mu, L, and log-uniform ones between."""
        inner = [self.log_uniform(mu, L) for _ in range(d - 2)]
        return torch.tensor(sorted([mu, L, *inner])[:d], dtype=torch.float64)

    def seed(self) -> int:
        """Draw a seed for a generator on either side."""
        return self.integer(0, 2**31 - 1)


@dataclass(frozen=True)
class Check:
    """One question put to an answer."""

    name: str
    judge: Callable[[Call, Draw], Failure | None]
    hint: int
    points: float | None  # None: an equal part of what is left


@dataclass(frozen=True)
class Outcome:
    """How one check ended."""

    check: str
    passed: bool
    points: float
    failure: Failure | None = None
    missing: bool = False  # the answer is not written yet
    crash: str = ""  # the check itself broke on what it was given: a traceback


@dataclass(frozen=True)
class Result:
    """What an answer earned: state is "not started", "wrong", "partly" or "right"."""

    id: str
    points: float
    max_points: float
    outcomes: tuple[Outcome, ...]
    state: str

    @property
    def failures(self) -> dict[str, str]:
        """The failed checks and their causes."""
        return {o.check: o.failure.cause for o in self.outcomes if not o.passed}


@dataclass
class Exercise:
    """A task with checks; making one registers it.

    Args:
        id: `slug.n`.
        name: what the answer must be called.
        title: a few words.
        points: 1 to 5, by difficulty.
        difficulty: 1 to 5.
        minutes: how long it takes a learner who has read the chapter.
        hints: a nudge, a formula, pseudocode.
        withheld: whether the chapter's methods are out of reach in class.
        kind: "code", or "text" for a free answer that a person marks.
    """

    id: str
    name: str
    title: str
    points: float = 1
    difficulty: int = 1
    minutes: int = 5
    hints: tuple[str, ...] = ()
    withheld: bool = True
    kind: str = "code"
    checks: list[Check] = field(default_factory=list)

    def __post_init__(self):
        if not re.fullmatch(r"[a-z]\w*\.\d+", self.id):
            raise ValueError(f"id must be like slug.1, got {self.id}")
        if len(self.hints) not in (0, 3):
            raise ValueError(f"{self.id}: hints must be 3, got {len(self.hints)}")
        EXERCISES[self.id] = self

    @property
    def slug(self) -> str:
        """The chapter's name."""
        return self.id.rpartition(".")[0]

    def check(self, name: str, *, hint: int = 1, points: float | None = None) -> Callable:
        """Add a check: `@exercise.check("one number by hand", hint=1)`."""
        if any(name == check.name for check in self.checks):
            raise ValueError(f"{self.id} already has a check named {name!r}")

        def add(judge: Callable) -> Callable:
            self.checks.append(Check(name, judge, hint, points))
            return judge

        return add

    def share(self, check: Check) -> float:
        """Points of one check: its own, or an equal part of what the others leave."""
        if check.points is not None:
            return check.points
        own = [c.points for c in self.checks if c.points is not None]
        return (self.points - sum(own)) / (len(self.checks) - len(own))


def run(exercise: Exercise, call: Call, seed: int | str | bytes = PUBLIC_SEED) -> Result:
    """Put all checks of an exercise to an answer."""
    outcomes = tuple(_judge(exercise, check, call, seed) for check in exercise.checks)
    earned = round(sum(o.points for o in outcomes), 4)
    if outcomes and all(o.missing for o in outcomes):
        state = "not started"
    elif all(o.passed for o in outcomes):
        state, earned = "right", exercise.points
    else:
        state = "partly" if earned else "wrong"
    return Result(exercise.id, float(earned), float(exercise.points), outcomes, state)


def _judge(exercise: Exercise, check: Check, call: Call, seed: int | str | bytes) -> Outcome:
    crash, missing = "", False
    call.forget()
    try:
        failure = check.judge(call, Draw(seed, f"{exercise.id}\n{check.name}"))
    except AnswerError as error:
        failure, missing = _from_error(error), error.missing
    except Exception as error:
        crash = traceback.format_exc()
        cause = "what came back has another form than the check can read"
        failure = Failure("", "a value of the asked form", f"{type(error).__name__}", cause)
    if failure is None:
        return Outcome(check.name, True, exercise.share(check))
    if failure.hint is None:
        failure = Failure(failure.tried, failure.expected, failure.got, failure.cause, check.hint)
    return Outcome(check.name, False, 0.0, failure, missing, crash)


def _from_error(error: AnswerError) -> Failure:
    """Put what the answer raised in a card's words."""
    if error.missing:
        return Failure(error.tried, "a value", "not written yet", "not started")
    if error.kind in ("TooManyCalls", "WireError"):
        return Failure(error.tried, "a value", "none", error.message)
    got = f"{error.kind}: {error.message}" if error.message else error.kind
    return Failure(error.tried, "a value", got, f"your answer stopped with {error.kind}")


def slugs() -> list[str]:
    """List the chapters that have checks."""
    package = importlib.import_module(__package__)
    found = {m.name for m in pkgutil.iter_modules(package.__path__)}
    return sorted(name for name in found - MACHINERY if not name.endswith("_parts"))


def load(slug: str) -> dict[str, Exercise]:
    """Import a chapter's checks and return its exercises in order.

    Raises:
        ValueError: no such chapter.
    """
    if slug not in slugs():
        raise ValueError(f"no exercises named {slug}; there are: {', '.join(slugs())}")
    importlib.import_module(f"{__package__}.{slug}")
    mine = [exercise for exercise in EXERCISES.values() if exercise.slug == slug]
    return {e.id: e for e in sorted(mine, key=lambda e: int(e.id.rpartition(".")[2]))}


def find(id: str) -> Exercise:
    """Return an exercise by its id.

    Raises:
        ValueError: unknown id; the message lists the known ones.
    """
    if id in EXERCISES:
        return EXERCISES[id]
    known = load(id.rpartition(".")[0] or id)
    if id not in known:
        raise ValueError(f"no exercise named {id}; there are: {', '.join(known)}")
    return known[id]
