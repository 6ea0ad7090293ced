"""What the judge of chapter 04 knows: a lopsided target, its masses, where a rounded rule rests."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

NO_PAIR = "two numbers are wanted: the flattened mean, then the share that counts"


class Target(NamedTuple):
    """A target on a line, cut into energy bins."""

    x: Tensor  # grid, (G,)
    log_p: Tensor  # logarithm of the target, normalised, (G,)
    u: Tensor  # energies, -log_p, (G,)
    J: Tensor  # bins, (G,)
    s: Tensor  # share of the way up from the lower edge of the bin, (G,)
    theta: Tensor  # true masses, (m,)
    u0: float
    du: float

    @property
    def p(self) -> Tensor:
        """The probabilities, (G,)."""
        return self.log_p.exp()


def target(draw, points=241, small=None):
    """Draw a target of two bells, the smaller one on either side."""
    small = draw.uniform(0.1, 0.35) if small is None else small
    centre, side = draw.uniform(2.0, 3.5), draw.choice([-1.0, 1.0])
    x = torch.linspace(-9, 9, points, dtype=torch.float64)
    bells = [math.log(share) - (x - side * c) ** 2 / 2
             for share, c in ((small, -centre), (1 - small, centre))]
    log_p = torch.logaddexp(*bells).log_softmax(0)
    u, du = -log_p, draw.uniform(0.8, 1.1)
    u0 = float(u.min()) - draw.uniform(0.1, 0.9) * du
    m = max(3, int((float(u[len(x) // 2]) + 1 - u0) / du))  # below three bins slips hide
    t = (u - u0) / du
    J = t.floor().clamp(0, m - 1).long()
    theta = torch.zeros(m, dtype=torch.float64).index_add_(0, J, log_p.exp())
    return Target(x, log_p, u, J, (t - J).clamp(0, 1), theta, u0, du)


def masses(draw, m, fall=0.4, rough=1.0):
    """Draw masses that fall with energy, by so many nats a bin, with some bumps."""
    return (rough * draw.normal(m) - fall * torch.arange(m, dtype=torch.float64)).softmax(0)


def log_psi(theta, J, s):
    """Read log Psi: flat in bin 0, straight from edge to edge above."""
    top, foot = theta.log()[J], theta.log()[(J - 1).clamp(min=0)]
    return s * top + (1 - s) * foot


def moments(log_p, x, psi, zeta):
    """Flattened mean and share of samples that count."""
    q = (log_p - zeta * psi).softmax(0)
    p = log_p.softmax(0)
    return float(q @ x), float(1 / (p * p / q).sum())


def rest(p, J, s, zeta, edge, field=None):
    """Solve for the masses at rest, one root a bin, for a weight rounded to an edge.

    With d = log theta(i) - log theta(i - 1) a weight rounded up is wrong by exp(zeta (1 - s) d),
    one rounded down by exp(-zeta s d). `field` is a slip: log-masses that stand in
    for the neighbour's.
    """
    m = int(J.max()) + 1
    true = torch.zeros(m, dtype=p.dtype).index_add_(0, J, p)
    a = true.log()
    for i in range(1, m):
        inside = J == i
        share = p[inside] / p[inside].sum()
        wrong = zeta * (1 - s[inside] if edge == "upper" else -s[inside])
        below = a[i - 1] if field is None else field[i - 1]
        a[i] = below + root(share, wrong, true[i].log() - below)
    return a.softmax(0)


def root(share, wrong, want):
    """Solve d - log E exp(wrong d) = want by Newton's method."""
    d = want
    for _ in range(200):
        logs = share.log() + wrong * d
        move = (want - d + torch.logsumexp(logs, 0)) / (1 - logs.softmax(0) @ wrong)
        d = d + move
        if move.abs() < 1e-14 * (1 + d.abs()):
            break
    return d


def first_order(p, J, s, zeta, edge):
    """Give the slip of a linearised rest: errors e_i carried from bin to bin."""
    m = int(J.max()) + 1
    true = torch.zeros(m, dtype=p.dtype).index_add_(0, J, p)
    e = torch.zeros(m, dtype=p.dtype)
    for i in range(1, m):
        inside = J == i
        wrong = zeta * (1 - s[inside] if edge == "upper" else -s[inside])
        a = float((p[inside] * wrong).sum() / p[inside].sum())
        e[i] = (a * (true[i].log() - true[i - 1].log()) - a * e[i - 1]) / (1 - a)
    return (true.log() + e).softmax(0)


class Walks:
    """Chains that the judge holds: a mean for each, with a bias that grows with the step."""

    def __init__(self, draw, chains=24):
        self.truth, self.slope = draw.uniform(1.0, 4.0), draw.uniform(5.0, 15.0)
        self.spread, self.chains, self.asked = draw.uniform(0.2, 0.5), chains, []

    def __call__(self, lr, steps, frozen, seed):
        """Run all chains: their means, (C,)."""
        lr, steps, seed = float(lr), int(steps), int(seed)
        if not (lr > 0 and steps > 0):
            raise ValueError(f"lr and steps must be > 0, got {lr:g} and {steps}")
        g = torch.Generator().manual_seed(seed % 2**31)
        drift = 0.0 if frozen else -0.7
        noise = torch.randn(self.chains, generator=g, dtype=torch.float64)
        means = self.truth - self.slope * lr + drift + self.spread * noise
        self.asked.append((lr, steps, bool(frozen), seed, means))
        return means
