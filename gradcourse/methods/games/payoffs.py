"""Payoffs of crowds on a circle, with the factors that make their means cheap."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Payoff", "tilted_payoff", "wavy_payoff"]


Pair = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


class Payoff(NamedTuple):
    """K(x, y) = sum_r left_r(x) right_r(y), where the factors are known.

    The last two are slopes by hand, for speed: without them autograd finds the same from the rest.
    """

    value: Callable[[Tensor, Tensor], Tensor]  # angles broadcast, payoff units
    left: Callable[[Tensor], Tensor] | None = None  # (*S,) -> (*S, r)
    right: Callable[[Tensor], Tensor] | None = None  # (*S,) -> (*S, r)
    means: Pair | None = None  # (N,), (M,) -> mean_j K_x(x_i, y_j), mean_i K_y(x_i, y_j)
    sums: Pair | None = None  # (*B, n), (*B, m) -> sum_j K_x, sum_i K_y, from all n m pairs


def wavy_payoff() -> Payoff:
    """Build cos(x - y) + cos(2x) / 2 - cos(2y) / 2 + 0.3 sin x: no player keeps a pure move.

    Args:
        None.

    Returns:
        The payoff, with four factors.

    Example:
        >>> zero = torch.zeros(1)
        >>> wavy_payoff().value(zero, zero)
        tensor([1.])
    """
    return Payoff(_wavy, _wavy_left, _wavy_right, _wavy_means, _wavy_sums)


def tilted_payoff() -> Payoff:
    """Build 2 sin x cos y + 2 sin(2x + y) + 0.8 sin x - 0.6 cos 2y.

    Args:
        None.

    Returns:
        The payoff, with four factors.

    Example:
        >>> zero = torch.zeros(1)
        >>> tilted_payoff().value(zero, zero)
        tensor([-0.6000])
    """
    return Payoff(_tilted, _tilted_left, _tilted_right, _tilted_means, _tilted_sums)


def _wavy(x, y):
    return (x - y).cos() + ((2 * x).cos() - (2 * y).cos()) / 2 + 0.3 * x.sin()


def _wavy_left(x):
    own = (2 * x).cos() / 2 + 0.3 * x.sin()
    return torch.stack([x.cos(), x.sin(), own, torch.ones_like(x)], -1)


def _wavy_right(y):
    return torch.stack([y.cos(), y.sin(), torch.ones_like(y), -(2 * y).cos() / 2], -1)


def _wavy_means(x, y):
    """Take sin(x - y) = sin x cos y - cos x sin y apart: means over a crowd are two numbers."""
    sx, cx, sy, cy = x.sin(), x.cos(), y.sin(), y.cos()
    return (cx * (sy.mean() + 0.3 - 2 * sx) - sx * cy.mean(),
            cy * (sx.mean() + 2 * sy) - sy * cx.mean())


def _wavy_sums(x, y):
    S = (x[..., :, None] - y[..., None, :]).sin_()
    own = 0.3 * x.cos() - (2 * x).sin()
    return own * y.shape[-1] - S.sum(-1), (2 * y).sin() * x.shape[-1] + S.sum(-2)


def _tilted(x, y):
    return 2 * x.sin() * y.cos() + 2 * (2 * x + y).sin() + 0.8 * x.sin() - 0.6 * (2 * y).cos()


def _tilted_left(x):
    return torch.stack([2 * x.sin() + 2 * (2 * x).sin(), 2 * (2 * x).cos(), 0.8 * x.sin(),
                        torch.ones_like(x)], -1)


def _tilted_right(y):
    return torch.stack([y.cos(), y.sin(), torch.ones_like(y), -0.6 * (2 * y).cos()], -1)


def _tilted_means(x, y):
    """Take cos(2x + y) apart, as above."""
    sx, cx, sy, cy = x.sin(), x.cos(), y.sin(), y.cos()
    s2, c2 = 2 * sx * cx, 1 - 2 * sx * sx
    return (cx * (2 * cy.mean() + 0.8) + 4 * (c2 * cy.mean() - s2 * sy.mean()),
            cy * (2 * c2.mean() + 2.4 * sy) - sy * (2 * sx.mean() + 2 * s2.mean()))


def _tilted_sums(x, y):
    n, m = x.shape[-1], y.shape[-1]
    C = (2 * x[..., :, None] + y[..., None, :]).cos_()
    along = x.cos() * (2 * y.cos().sum(-1, keepdim=True) + 0.8 * m) + 4 * C.sum(-1)
    up = 1.2 * n * (2 * y).sin() - 2 * y.sin() * x.sin().sum(-1, keepdim=True) + 2 * C.sum(-2)
    return along, up
