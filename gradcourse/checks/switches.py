"""Judging a switch: curves of bias and variance, and the slips of those who read them."""

from math import ceil, log10, sqrt
from typing import NamedTuple

import torch
from torch import Tensor

from gradcourse.checks.compare import same
from gradcourse.methods.multistage import expected_gap, stages

OTHER = "another n: from which one on does the bias stay at or below the variance?"


def stays(bias, variance):
    """Find the n from which on the bias stays at or below the variance."""
    above = (bias > variance).nonzero().flatten()
    return int(above[-1]) + 1 if len(above) else 0


def slips(bias, variance):
    """List the slips that learners make, as (wrong index, cause)."""
    below, top = bias <= variance, variance.max()
    first = int(below.int().argmax()) if below.any() else len(bias) - 1
    never = "nothing crosses here: the answer is then len(bias), one past the last index"
    return [
        (len(bias) // 2, "half of the curve, whatever it shows: the curves must decide"),
        *((wrong, never) for wrong in ([] if below.any() else [0, -1, len(bias) - 1])),
        (first, "the bias dips and comes back: it must stay at or below the variance"),
        (int((bias + variance).argmin()), "where the sum is lowest the noise has long ruled"),
        (stays(variance, bias), "the two are swapped: bias is the first"),
        (stays(bias, variance) - 1, "one too early: at this n the bias is still above"),
        (stays(bias, variance) + 1, "one too late: at the n before the bias is down already"),
        (
            int((variance >= 0.99 * top).int().argmax()),
            "you look at the variance alone: the bias tells when there is nothing to gain",
        ),
    ]


def curves(draw):
    """Draw a bias that falls, a variance that grows, and where they cross."""
    n, cross = draw.integer(320, 380), draw.integer(25, 35)
    k = torch.arange(n + 1, dtype=torch.float64)
    variance = draw.log_uniform(1e-4, 1e-1) * (1 - draw.uniform(0.96, 0.97) ** k)
    drop = draw.uniform(0.80, 0.86)
    return variance[cross] * drop ** (k - cross + draw.uniform(0.1, 0.9)), variance


def compare(got, bias, variance, tried):
    """Compare an answer's switch with the n from which on the bias stays low."""
    want = stays(bias, variance)
    causes = slips(bias, variance)
    return same(got, want, tried=tried, causes=causes, rtol=0.0, hint=2, otherwise=OTHER)


class Race(NamedTuple):
    """A bowl and a budget on which a switch is tried out, in exact expectations."""

    h: Tensor
    x0: Tensor
    noise: float
    budget: int

    @classmethod
    def drawn(cls, draw):
        """Draw a long bowl, little noise, and a hundred times sqrt kappa gradients."""
        L, kappa = draw.uniform(0.5, 4.0), draw.uniform(80.0, 400.0)
        x0 = draw.uniform(1.0, 3.0, 20) * draw.normal(20).sign()
        noise = draw.log_uniform(1e-7, 1e-6) * L
        return cls(draw.spectrum(20, L / kappa, L), x0, noise, ceil(100 * sqrt(kappa)))

    @property
    def ends(self):
        """The largest and the smallest curvature."""
        return float(self.h.max()), float(self.h.min())

    def told(self):
        """Say in short what was tried."""
        L, mu = self.ends
        return f"the fixed step's curves, kappa = {L / mu:.0f}, {self.budget} gradients"

    def curves(self):
        """Give bias and variance of the fixed step for every n."""
        L, mu = self.ends
        whole = torch.arange(self.budget + 1)
        return expected_gap(self.h, self.x0, self.noise, [(1 / L, self.budget)], mu, counts=whole)

    def height(self, n1):
        """Average the height of the stages over late budgets, geometrically."""
        L, mu = self.ends
        late = torch.logspace(log10(self.budget / 2), log10(self.budget), 12).round().int()
        plan = stages(L, mu, max(1, n1), self.budget)
        parts = expected_gap(self.h, self.x0, self.noise, plan, mu, counts=late)
        return float(sum(parts).log().mean().exp())

    def best(self):
        """Find the lowest height of six switches."""
        L, mu = self.ends
        return min(self.height(round(share * sqrt(L / mu))) for share in (4, 8, 12, 16, 20, 28))
