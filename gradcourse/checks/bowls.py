"""Bowls that a judge draws, and how many steps a pair (lr, momentum) needs on them."""

import math

import numpy as np
import torch
from torch import Tensor

from gradcourse.checks.compare import Failure
from gradcourse.methods.descent import State, best_lr, best_pair, heavy_ball_step, largest_lr


def _gap(mu, L):
    return (L**0.5 - mu**0.5) / (L**0.5 + mu**0.5)


PAIRS = (
    (
        lambda mu, L: (best_lr(mu, L), 0.0),
        "the best step without momentum: the heavy ball has a faster pair",
    ),
    (
        lambda mu, L: (1 / L, _gap(mu, L)),
        "this pair suits Nesterov's method: heavy ball takes longer steps",
    ),
    (
        lambda mu, L: (best_pair(mu, L)[0], _gap(mu, L)),
        "your momentum lacks its square: it is the square of the factor per step",
    ),
    (lambda mu, L: (best_pair(mu, L)[0] ** 0.5, best_pair(mu, L)[1]), "your lr lacks its square"),
    (lambda mu, L: best_pair(mu**2, L**2), "the formula wants the square roots of the curvatures"),
    (lambda mu, L: best_pair(mu, L)[::-1], "the two are swapped: lr comes first, then momentum"),
)


def valley(draw, low, high):
    """Draw twenty curvatures in rising order, far from the size 1, with kappa in [low, high]."""
    L = draw.choice([1e-4, 1e3]) * draw.uniform(1.0, 9.0)
    return draw.spectrum(20, L / draw.uniform(low, high), L)


def asked_pair(call, h):
    """Ask the answer for its pair; None when no two numbers come back."""
    return numbers(call("tune", h.clone()).value, 2)


def numbers(value, count: int) -> tuple | None:
    """Read so many finite numbers from what came back; None when it is anything else."""
    listed = value.tolist() if isinstance(value, Tensor) else value
    if not isinstance(listed, list | tuple) or len(listed) != count:
        return None
    read = [v.item() if _single(v) else v for v in listed]
    good = all(type(v) in (int, float) and math.isfinite(v) for v in read)
    return tuple(read) if good else None


def _single(value) -> bool:
    return isinstance(value, np.generic) or (isinstance(value, Tensor) and value.ndim == 0)


def steps_down(h, pair, limit):
    """Count the heavy ball's steps to one millionth of the distance; None: not within the limit."""
    lr, beta = pair
    if not (0 <= beta < 1 and 0 < lr < largest_lr(float(h.max()), beta)):
        return None
    state = State.at_rest(torch.ones_like(h))
    goal = 1e-6 * state.x.norm()
    for k in range(1, limit + 1):
        state = heavy_ball_step(state, h * state.x, lr=lr, momentum=beta)
        if state.x.norm() < goal:
            return k
    return None


def plain_steps(h):
    """Count the steps of the best lr without momentum to one millionth of the distance."""
    kappa = float(h.max() / h.min())
    return math.ceil(math.log(1e-6) / math.log((kappa - 1) / (kappa + 1)))


def judge(h, pair, limit, wanted):
    """Fail unless the pair brings the ball down within the limit."""
    mu, L = float(h.min()), float(h.max())
    tried = f"{len(h)} curvatures from {mu:.2g} to {L:.2g}"
    if pair is None:
        cause = "tune gives two numbers back: lr, then momentum"
        return Failure(tried, "(lr, momentum)", "no pair of numbers", cause, 1)
    if steps_down(h, pair, limit):
        return None
    got = f"lr × L = {pair[0] * L:.3g}, momentum = {pair[1]:.3g}: not down in {limit} steps"
    return Failure(tried, wanted, got, _why_slow(mu, L, *pair), 2)


def _why_slow(mu, L, lr, beta):
    for wrong, cause in PAIRS:
        ends = zip(wrong(mu, L), (lr, beta), strict=True)
        if all(math.isclose(a, b, rel_tol=1e-6) for a, b in ends):
            return cause
    best = best_pair(mu, L)[1]
    if not (0 <= beta < 1 and 0 < lr < largest_lr(L, beta)):
        return "this pair diverges: the heavy ball needs 0 < lr < 2 (1 + momentum) / L"
    if 1 - beta > 1.05 * (1 - best):
        return "too little momentum for this bowl: a long valley needs more"
    if 1 - beta < 0.95 * (1 - best):
        return "too much momentum for this bowl: a round one needs very little"
    return "the momentum is about right, the step is not"


def near_best(call, h):
    """Judge by the best pair: at most a fifth more steps."""
    best = steps_down(h, best_pair(float(h.min()), float(h.max())), 5000)
    limit = math.floor(1.2 * best)
    return judge(h, asked_pair(call, h), limit, f"at most {limit} steps, a fifth over the best")


def tilted(draw, values):
    """Build a matrix with given eigenvalues whose axes are tilted."""
    q, _ = torch.linalg.qr(draw.normal(len(values), len(values)))
    return (q * values) @ q.T


def start(draw, *shape):
    """Draw a start that leans on every axis."""
    return draw.uniform(0.5, 1.5, *shape) * draw.normal(*shape).sign()


def sizes(draw, d, top, gap):
    """Draw d curvatures below gap * top in size, and put top among them."""
    values = top * draw.uniform(0.05, gap, d)
    values[draw.integer(0, d - 1)] = top
    return values
