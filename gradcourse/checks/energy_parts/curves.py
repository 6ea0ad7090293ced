"""Judging a choice of bumps: a hidden curve, seen through noisy averages."""

import math
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor

from gradcourse.checks import bowls
from gradcourse.checks.call import counted
from gradcourse.checks.compare import Failure
from gradcourse.problems import bumps

POINTS, ENOUGH, MOST = 60, 1.6, 150  # inputs, times the least error, runs that may be spent
STIFF = "too few bumps: the curve is stiffer than the truth"
LOOSE = "too many bumps: they follow the noise"
POOR = "guesses are left over: S = budget // 60, more of them are never worse"
OVER = "over the budget: 60 inputs times S guesses"
BLIND = "nothing was measured: the best K differs from curve to curve"
ONCE = "one seed only: noise chooses for you"
MANY = f"more than {MOST} runs: a dozen K with three seeds are enough"


class Curve(NamedTuple):
    """A log-partition at sixty inputs that the answer does not know."""

    L: Tensor  # (60,), nats
    chi2: float  # one guess is off by this variance
    S: int  # what the budget allows
    seed: int
    told: str

    def error(self, S: float, K: int) -> float:
        """Root of the expected squared error: stiffness and noise, exactly."""
        off = self.L - _hat(K) @ self.L
        return math.sqrt(float((off**2).mean()) + self.chi2 / S * K / POINTS)

    def measure(self, S: int, K: int, seed: int) -> float:
        """Fit K bumps to averages of S guesses; return the error of one run."""
        S, K = int(S), int(K)
        if S < 1 or not 1 <= K <= POINTS:
            raise ValueError(f"S must be >= 1 and K in [1, {POINTS}], got {S} and {K}")
        g = torch.Generator().manual_seed((self.seed + 7919 * int(seed) + 31 * K) % 2**31)
        seen = self.L + math.sqrt(self.chi2 / S) * torch.randn(POINTS, generator=g).double()
        return float((_hat(K) @ seen - self.L).square().mean().sqrt())


@cache
def _hat(K: int) -> Tensor:
    """The matrix that fits K bumps by least squares."""
    x = torch.linspace(-3, 3, POINTS, dtype=torch.float64)
    q, _ = torch.linalg.qr(bumps(x, K))
    return q @ q.T


def hidden(draw, *, waves: tuple[float, float], S: int) -> Curve:
    """Draw a curve of two waves in the given range of frequencies, which do not cancel."""
    x = torch.linspace(-3, 3, POINTS, dtype=torch.float64)
    first = draw.uniform(0, 6.3)
    L = sum(draw.uniform(1.2, 1.8) * torch.sin(draw.uniform(*waves) * x + phase)
            for phase in (first, first + draw.uniform(-1.5, 1.5)))
    return Curve(L + 2, draw.uniform(5, 8), S, draw.seed(), f"a hidden curve, {60 * S} evaluations")


def asked(call, curve: Curve):
    """Let an answer choose; return (S, K) or None, and the measurement that counted."""
    measure = counted(curve.measure, expect=MOST // 5, what="the experiment")
    left = 60 * curve.S + 17  # a remainder, so that rounding shows
    return bowls.numbers(call("choose", measure, left).value, 2), measure


def _pair(call, curve):
    pair, measure = asked(call, curve)
    whole = pair is not None and all(value == int(value) for value in pair)
    if not whole or pair[0] < 1 or not 1 <= pair[1] <= POINTS:
        cause = "two whole numbers are wanted: S >= 1, then K from 1 to 60"
        return Failure(curve.told, "(S, K)", str(pair), cause, 2), measure
    return (int(pair[0]), int(pair[1])), measure


def judge(call, curve: Curve) -> Failure | None:
    """Fail unless K is nearly as good as the best for the S that the budget allows."""
    pair, _ = _pair(call, curve)
    if isinstance(pair, Failure):
        return pair
    best = min(range(1, POINTS + 1), key=lambda K: curve.error(curve.S, K))
    least, error = curve.error(curve.S, best), curve.error(curve.S, pair[1])
    if error <= ENOUGH * least:
        return None
    cause = STIFF if pair[1] < best else LOOSE
    wanted = f"an error of at most {ENOUGH} times the least, {least:.2g} nats"
    return Failure(curve.told, wanted, f"K = {pair[1]}: {error:.2g} nats", cause, 1)


def judge_budget(call, curve: Curve) -> Failure | None:
    """Fail unless all of the budget is spent, and no more."""
    pair, _ = _pair(call, curve)
    if isinstance(pair, Failure):
        return pair
    if pair[0] == curve.S:
        return None
    cause = OVER if pair[0] > curve.S else POOR
    return Failure(f"a budget of {60 * curve.S + 17}", f"S = {curve.S}", f"S = {pair[0]}", cause, 2)


def judge_runs(call, curve: Curve) -> Failure | None:
    """Fail unless several K were measured, with several seeds, in few runs."""
    pair, measure = _pair(call, curve)
    if isinstance(pair, Failure):
        return pair
    runs = [question for question in measure.asked if len(question) == 3]
    seeds, bumps_tried = ({run[i] for run in runs} for i in (2, 1))
    cause = ""
    if len(bumps_tried) < 3:
        cause = BLIND
    elif len(seeds) < 2:
        cause = ONCE
    elif measure.count > MOST:
        cause = MANY
    if not cause:
        return None
    got = f"{len(bumps_tried)} K with {len(seeds)} seeds in {measure.count} runs"
    wanted = f"three K and two seeds at least, at most {MOST} runs"
    return Failure(curve.told, wanted, got, cause, 3)
