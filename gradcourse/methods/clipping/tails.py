"""How heavy is a tail? Two numbers, and how far to trust the first."""

from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Tail", "kurtosis", "tail_index"]


class Tail(NamedTuple):
    """An estimated tail index and the band it comes with."""

    index: Tensor  # Hill's estimate, (*B,)
    low: Tensor  # lower end of the band, (*B,)
    high: Tensor  # upper end, (*B,)


def tail_index(x: Tensor, k: int, level: float = 0.9) -> Tail:
    """Estimate a from the k largest of n numbers, where P(|x| > z) falls like z^-a.

    Moments of order q are finite if q < a: a variance needs a > 2.

    Args:
        x: the sample, (..., n), any unit; signs do not count.
        k: how many of the largest to use, 1 <= k < n, and far fewer than n.
        level: chance, in (0, 1), that the band holds the index of an exact Pareto sample.

    Returns:
        The estimate and its band, (...) each; dtype and device of x.

    Raises:
        ValueError: unless 1 <= k < n, 0 < level < 1 and x is floating point.

    Accuracy:
        The band counts chance alone, by Wilson and Hilferty's quantiles of the gamma
        distribution. It does not count that a sample is no Pareto: a normal one reads 5 to 8.

    Example:
        >>> x = torch.tensor([1.0, -2.0, 4.0, 8.0])
        >>> print(f"{tail_index(x, 2).index:.4f}")  # 2 / (log 4 + log 2)
        0.9618

    Source:
        B. M. Hill, 1975; E. B. Wilson and M. M. Hilferty, 1931.
    """
    if not x.is_floating_point():
        raise ValueError(f"x must be floating point, got {x.dtype}")
    if not 1 <= k < x.shape[-1]:
        raise ValueError(f"k must be in [1, {x.shape[-1] - 1}], got {k}")
    if not 0 < level < 1:
        raise ValueError(f"level must be in (0, 1), got {level}")
    top = x.abs().topk(k + 1, dim=-1).values
    index = k / (top[..., :-1] / top[..., -1:]).log().sum(-1)  # (2.11)
    ends = torch.tensor([(1 - level) / 2, (1 + level) / 2], dtype=x.dtype, device=x.device)
    low, high = (1 - 1 / (9 * k) + torch.special.ndtri(ends) / (3 * k**0.5)) ** 3
    return Tail(index, index * low, index * high)


def kurtosis(x: Tensor) -> Tensor:
    """Average the fourth power of the distance from the mean, in units of the variance squared.

    Args:
        x: samples, (..., n), any unit.

    Returns:
        One number a sample, (...), 3 for a normal one; dtype and device of x.

    Raises:
        ValueError: unless a sample has at least 2 numbers.

    Example:
        >>> kurtosis(torch.tensor([-1.0, 1.0, -1.0, 1.0]))
        tensor(1.)
    """
    if x.shape[-1] < 2:
        raise ValueError(f"a sample must have at least 2 numbers, got {x.shape[-1]}")
    away = x - x.mean(-1, keepdim=True)
    return (away**4).mean(-1) / (away**2).mean(-1) ** 2
