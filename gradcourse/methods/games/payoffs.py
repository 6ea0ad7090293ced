"""Payoffs of crowds on a circle, with the factors that make their means cheap."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Payoff", "tilted_payoff", "wavy_payoff"]


class Payoff(NamedTuple):
    """K(x, y) = sum_r left_r(x) right_r(y), where the factors are known."""

    value: Callable[[Tensor, Tensor], Tensor]  # angles broadcast, payoff units
    left: Callable[[Tensor], Tensor] | None = None  # (*S,) -> (*S, r)
    right: Callable[[Tensor], Tensor] | None = None  # (*S,) -> (*S, r)


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
    return Payoff(_wavy, _wavy_left, _wavy_right)


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
    return Payoff(_tilted, _tilted_left, _tilted_right)


def _wavy(x, y):
    return (x - y).cos() + ((2 * x).cos() - (2 * y).cos()) / 2 + 0.3 * x.sin()


def _wavy_left(x):
    own = (2 * x).cos() / 2 + 0.3 * x.sin()
    return torch.stack([x.cos(), x.sin(), own, torch.ones_like(x)], -1)


def _wavy_right(y):
    return torch.stack([y.cos(), y.sin(), torch.ones_like(y), -(2 * y).cos() / 2], -1)


def _tilted(x, y):
    return 2 * x.sin() * y.cos() + 2 * (2 * x + y).sin() + 0.8 * x.sin() - 0.6 * (2 * y).cos()


def _tilted_left(x):
    return torch.stack([2 * x.sin() + 2 * (2 * x).sin(), 2 * (2 * x).cos(), 0.8 * x.sin(),
                        torch.ones_like(x)], -1)


def _tilted_right(y):
    return torch.stack([y.cos(), y.sin(), torch.ones_like(y), -0.6 * (2 * y).cos()], -1)
