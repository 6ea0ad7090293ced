"""Judging a search for (h, eta): a game in hidden units, its best pair, and why another is slow."""

import cmath
import math
from typing import NamedTuple

import torch

from gradcourse.checks import bowls, walks
from gradcourse.checks.call import Callback, counted
from gradcourse.checks.compare import Failure

MOST = 300  # trials that an answer may spend
ENOUGH = 1.25  # times the steps of the best pair
SHRINK = 1e-6

RATIO = "another pair is far better: try ratios further away, each with a step of its own"
ONE = "you kept ratio 1: that it is best is about units, and here y has others"
STEP = "your ratio wants another step: tune h again for every ratio"
LEAVES = "with this pair the players leave: inf is no number of steps to be proud of"
SWAPPED = "the two are swapped: h comes first, then eta"


class Arena(NamedTuple):
    """A game in units that the answer does not know: some toys (q, p, r) side by side."""

    toys: tuple[tuple[float, float, float], ...]
    least: float  # steps of the best pair
    told: str

    def steps(self, h: float, eta: float) -> float:
        """Count the simultaneous steps to one millionth of the distance; inf: it leaves."""
        h, eta = float(h), float(eta)
        if not (0 < h < math.inf and 0 < eta < math.inf):
            raise ValueError(f"h and eta must be > 0, got {h:.3g} and {eta:.3g}")
        factor = max(_factor(toy, h, eta) for toy in self.toys)
        return math.log(SHRINK) / math.log(max(factor, 1e-9)) if factor < 1 else math.inf

    def fitting(self, eta: float) -> float:
        """Count the steps at a ratio, with the best step for it."""
        return float(_fitting(self.toys, torch.tensor([eta], dtype=torch.float64)))


def _factor(toy, h, eta):
    q, p, r = toy
    mid, det = (q + eta * r) / 2, eta * (q * r + p * p)  # of the two eigenvalues of (3.3)
    root = cmath.sqrt(mid * mid - det)
    return max(abs(1 - h * (mid + root)), abs(1 - h * (mid - root)))


def _fitting(toys, etas):
    """Count the steps at many ratios, each with the best of 200 steps, (*etas,)."""
    q, p, r = torch.tensor(toys, dtype=torch.float64).T
    eta = etas[:, None]
    mid, det = (q + eta * r) / 2, eta * (q * r + p**2)
    root = (mid**2 - det).to(torch.complex128).sqrt()
    values = torch.cat([mid + root, mid - root], -1)
    limit = (2 * values.real / values.abs() ** 2).amin(-1, keepdim=True)
    h = limit * torch.arange(1, 200, dtype=torch.float64) / 200
    factor = (1 - h[..., None] * values[:, None]).abs().amax(-1)
    return math.log(SHRINK) / factor.amin(-1).log()


def arena(draw, ratio: float, scale: float) -> Arena:
    """Draw a game whose best ratio is `ratio`, its payoff in units of `scale`."""
    p, r = draw.uniform(0.7, 1.0), draw.uniform(0.6, 1.0)
    toys = ((0.0, p, r), (0.2, p * draw.uniform(1.4, 2.0), r * draw.uniform(0.8, 1.3)))
    etas = torch.logspace(-1, 2, 49, dtype=torch.float64)
    counts = _fitting(toys, etas)
    c = math.sqrt(float(etas[counts.argmin()]) / ratio)  # the units of y (3.12)
    moved = tuple((scale * q, scale * c * p, scale * c * c * r) for q, p, r in toys)
    told = f"a game whose best ratio is {ratio:.2g}, its payoff times {scale:.2g}"
    return Arena(moved, float(counts.min()), told)


def asked(call, place: Arena) -> tuple[tuple | None, Callback]:
    """Let the answer search; return its pair, or None when no two numbers came back."""
    trial = counted(place.steps, expect=MOST // 5, what="the trial")
    return bowls.numbers(call("tune", trial).value, 2), trial


def judge(call, place: Arena) -> Failure | None:
    """Fail unless the pair is nearly as good as the best."""
    pair = asked(call, place)[0]
    if pair is None:
        return Failure(place.told, "(h, eta)", "no pair of numbers", walks.NOTHING, 1)
    h, eta = pair
    count = place.steps(h, eta) if h > 0 and eta > 0 else math.inf
    limit = ENOUGH * place.least
    if count <= limit:
        return None
    got = f"h = {h:.3g}, eta = {eta:.3g}: {count:.0f} steps"
    return Failure(place.told, f"at most {limit:.0f} steps", got, _why(place, h, eta, count), 2)


def _why(place: Arena, h: float, eta: float, count: float) -> str:
    if min(h, eta) > 0 and place.steps(eta, h) <= ENOUGH * place.least:
        return SWAPPED
    if count == math.inf:
        return LEAVES
    if count > 20 * place.fitting(eta):
        return STEP
    return ONE if abs(eta - 1) < 1e-9 else RATIO
