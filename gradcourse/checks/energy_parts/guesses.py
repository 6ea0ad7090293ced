"""Judging a walk on one number: guesses stay here, and slips that learners make."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from gradcourse.checks.call import Callback, counted
from gradcourse.checks.compare import Failure, close_number, misfit
from gradcourse.methods import energy

BUG = "still a clamp at 20: past it nothing pushes the score down, and the loss falls for ever"
FLAT = "a clamp at the border is flat past it: nothing pushes the score down there"
FROZEN = "you ask once and keep the guesses: every step needs fresh ones"
GREEDY = "you ask more often than you step: keep guess() in a name"


class Box(NamedTuple):
    """Guesses in the order in which they are handed out, and a walk on them."""

    rows: Tensor  # scores of the guesses, (N, S), nats
    tau: float  # start
    lr: float
    steps: int
    L: float  # log-partition of the law behind the guesses

    def told(self) -> str:
        """Say in words what is run."""
        return f"tau = {self.tau:.3g}, lr = {self.lr:.3g}, steps = {self.steps}"


def box(draw, *, S: int, steps: int, lr: float | None = None) -> Box:
    """Draw normal scores of known log-partition, and a start."""
    sd, mean = draw.uniform(0.3, 0.4), draw.choice([-1, 1]) * draw.uniform(0.8, 1.5)
    rows = mean + sd * draw.normal(10 * steps + 10, S)
    L = mean + sd**2 / 2
    return Box(rows, L + draw.uniform(0.3, 0.8), lr or draw.uniform(0.1, 0.4), steps, L)


def run(call, case: Box):
    """Let an answer walk; return what came back and the box that counted."""
    rows = iter(case.rows)
    guess = counted(lambda: next(rows).clone(), expect=case.steps, what="the guesses")
    return call("learn_tau", guess, case.tau, case.lr, case.steps).value, guess


def _walk(case: Box, slope, rows=None) -> float:
    tau = case.tau
    for g in (case.rows if rows is None else rows)[:case.steps]:
        tau = tau - case.lr * float(slope(g, tau))
    return tau


def _right(g, tau):
    return 1 - (g - tau).exp().mean()


SLIPS = (
    (lambda g, tau: -_right(g, tau), "you climb: tau goes against the slope 1 - mass"),
    (lambda g, tau: tau - g.exp().mean().log(),
     "the logarithm of an average is in your step: it ends too low, whatever lr"),
    (lambda g, tau: 1 - (g - tau).exp().sum(), "guesses are averaged, not summed"),
    (lambda g, tau: 1 - g.exp().mean(), "tau is missing in the exponent: the mass depends on it"),
    (lambda g, tau: 1 - (g + tau).exp().mean(), "a higher tau makes less mass: exp(g - tau)"),
)


def compare(call, case: Box) -> Failure | None:
    """Compare where an answer stands with where plain steps stand."""
    got, _ = run(call, case)
    want = _walk(case, _right)
    causes = [(_walk(case, slope), cause) for slope, cause in SLIPS]
    causes.append((_walk(case, _right, case.rows[:1].expand_as(case.rows)), FROZEN))
    causes.append((_walk(case, _right, case.rows[1::2]), GREEDY))
    got = float(got) if torch.is_tensor(got) and got.numel() == 1 else got
    return close_number(got, want, tried=case.told(), causes=causes, hint=2)


def judge_count(call, case: Box) -> Failure | None:
    """Fail unless an answer asked once a step."""
    got, guess = run(call, case)
    odd = misfit(got, 1.0)
    if odd:
        return Failure(case.told(), "one number", "something else", odd, 1)
    return wrong_count(guess, case)


def wrong_count(guess: Callback, case: Box) -> Failure | None:
    """Say why the number of questions is off, if it is."""
    if guess.count == case.steps:
        return None
    cause = FROZEN if guess.count < case.steps else GREEDY
    return Failure(case.told(), f"{case.steps} questions", f"{guess.count} questions", cause, 1)


def judge_end(call, case: Box) -> Failure | None:
    """Fail unless a long walk ends near the log-partition."""
    got, guess = run(call, case)
    odd = misfit(got, 1.0)
    if odd:
        return Failure(case.told(), "one number", "something else", odd, 1)
    off = float(got) - case.L
    if abs(off) <= 0.25:
        return None
    cause = "the walk does not settle on the log-partition"
    for slope, text in SLIPS:
        there = _walk(case, slope)
        same_place = math.isclose(float(got), there, rel_tol=1e-6)
        if same_place or not math.isfinite(float(got)) and not math.isfinite(there):
            cause = text
            break
    wanted = "within 0.25 nats of the log-partition"
    return Failure(case.told(), wanted, f"off by {off:.3g}", cause, 3)


def clamped(call, states: int) -> bool:
    """Tell whether an answer's loss is a clamp at 20, for the cause's sake."""
    tau = torch.zeros(1, dtype=torch.float64)
    v = torch.tensor([[math.log(states) + 2.5]], dtype=torch.float64)
    got = call("safe_loss", tau, v, tau, states).value
    plain = energy.joint_loss(tau, v, tau)
    return torch.is_tensor(got) and got.shape == (1,) and torch.allclose(got.double(), plain)
