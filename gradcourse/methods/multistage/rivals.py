"""What stages are compared with: decaying steps, AC-SA and averages."""

from collections.abc import Callable
from math import ceil
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["TwoPoints", "acsa_step", "decaying_lr", "tail_average"]


class TwoPoints(NamedTuple):
    """Where AC-SA stands."""

    x: Tensor  # the answer, a slow weighted mean, (*S,), parameter units; x^ag in the source
    z: Tensor  # the point that takes the long steps, (*S,), same units; x in the source

    @classmethod
    def at_rest(cls, x: Tensor) -> "TwoPoints":
        """Start with both points at x."""
        return cls(x, x)


def acsa_step(
    state: TwoPoints, grad: Callable[[Tensor], Tensor], *, L: float | Tensor, mu: float, k: int
) -> TwoPoints:
    """Step with AC-SA, which averages as it goes and shortens its steps all the time.

    With a = 2 / (k + 2) and c = 4 L / ((k + 1) (k + 2)):

        y     = ((1 - a) (mu + c) x + a ((1 - a) mu + c) z) / (c + (1 - a^2) mu)
        z_new = (a mu y + ((1 - a) mu + c) z - a g(y)) / (mu + c)
        x_new = a z_new + (1 - a) x

    Args:
        state: both points; `TwoPoints.at_rest(x)` to begin.
        grad: gives a noisy gradient at a point; it is asked once, at y.
        L: largest curvature > 0; a tensor broadcasts against x.
        mu: smallest curvature > 0.
        k: how many steps were taken before, 0, 1, ...

    Returns:
        The next two points; shapes, dtype and device of the old ones.

    Raises:
        ValueError: unless L > 0, mu > 0 and k >= 0.

    Example:
        >>> acsa_step(TwoPoints.at_rest(torch.ones(1)), lambda y: y, L=1.0, mu=1.0, k=0)
        TwoPoints(x=tensor([0.6667]), z=tensor([0.6667]))

    Source:
        S. Ghadimi, G. Lan, 2012, for strongly convex f.

    Differs from the source:
        k counts from 0, and the answer is called x.
    """
    if not torch.as_tensor(L > 0).all():
        raise ValueError(f"L must be > 0, got {L}")
    if not mu > 0:
        raise ValueError(f"mu must be > 0, got {mu}")
    if not k >= 0:
        raise ValueError(f"k must be >= 0, got {k}")
    x, z = state
    a, c = 2 / (k + 2), 4 * L / ((k + 1) * (k + 2))
    pull = (1 - a) * mu + c
    y = ((1 - a) * (mu + c) * x + a * pull * z) / (c + (1 - a * a) * mu)  # (1.14)
    z = (a * mu * y + pull * z - a * grad(y)) / (mu + c)  # (1.14)
    return TwoPoints(a * z + (1 - a) * x, z)  # (1.14)


def decaying_lr(k: int, L: float, mu: float) -> float:
    """Give the step size of gradient descent that decays like 2 / (mu k).

    Args:
        k: how many steps were taken before, 0, 1, ...
        L: largest curvature > 0; the first step is 1 / L.
        mu: smallest curvature, in (0, L].

    Returns:
        The step size, parameter/gradient units.

    Raises:
        ValueError: unless k >= 0 and 0 < mu <= L.

    Example:
        >>> decaying_lr(0, 4.0, 1.0), decaying_lr(8, 4.0, 1.0)
        (0.25, 0.125)
    """
    if not k >= 0:
        raise ValueError(f"k must be >= 0, got {k}")
    if not 0 < mu <= L:
        raise ValueError(f"mu must be in (0, L = {L}], got {mu}")
    return 2 / (mu * (k + 2 * L / mu))  # (1.13)


def tail_average(path: Tensor, share: float = 0.5) -> Tensor:
    """Average the last points of a path.

    Args:
        path: x_0, ..., x_n, (n + 1, *S), parameter units.
        share: part of the n steps that is averaged, in (0, 1]; x_0 never is, unless it is alone.

    Returns:
        The mean of the last max(1, ceil(share * n)) points, (*S,); dtype and device of path.

    Raises:
        ValueError: if path is empty or share is not in (0, 1].

    Example:
        >>> tail_average(torch.tensor([9.0, 8.0, 4.0, 2.0, 4.0]))
        tensor(3.)
    """
    if not len(path):
        raise ValueError("path must hold a point, got none")
    return path[-tail_length(len(path) - 1, share):].mean(0)  # (1.15)


def tail_length(n: int, share: float) -> int:
    """Count the points in the last share of n steps, at least one."""
    if not 0 < share <= 1:
        raise ValueError(f"share must be in (0, 1], got {share}")
    return max(1, ceil(share * n))
