"""All states of small problems, listed, and features that make scores linear."""

from itertools import permutations

import torch
from torch import Tensor

__all__ = ["all_binary", "all_rankings", "pair_features"]


def all_binary(k: int, *, dtype: torch.dtype | None = None,
               device: torch.device | str | None = None) -> Tensor:
    """List all states of k switches, the last switch changing fastest.

    Args:
        k: number of switches, 1 to 20.
        dtype: of the states; None: torch's default.
        device: of the states; None: torch's default.

    Returns:
        Zeros and ones, (2^k, k).

    Raises:
        ValueError: if k is out of range.

    Example:
        >>> all_binary(2)[2]
        tensor([1., 0.])
    """
    if not 1 <= k <= 20:
        raise ValueError(f"k must be in [1, 20], got {k}")
    dtype = torch.get_default_dtype() if dtype is None else dtype
    place = torch.arange(k - 1, -1, -1, device=device)
    return (torch.arange(2**k, device=device)[:, None] >> place & 1).to(dtype)


def all_rankings(k: int, *, dtype: torch.dtype | None = None,
                 device: torch.device | str | None = None) -> Tensor:
    """List all rankings of k things, as centred ranks: the highest rank is (k - 1) / 2.

    Args:
        k: number of things, 1 to 8.
        dtype: of the ranks; None: torch's default.
        device: of the ranks; None: torch's default.

    Returns:
        The rankings, (k!, k).

    Raises:
        ValueError: if k is out of range.

    Example:
        >>> all_rankings(3)[0]
        tensor([-1.,  0.,  1.])
    """
    if not 1 <= k <= 8:
        raise ValueError(f"k must be in [1, 8], got {k}")
    dtype = torch.get_default_dtype() if dtype is None else dtype
    orders = torch.tensor(list(permutations(range(k))), device=device)
    return orders.to(dtype) - (k - 1) / 2


def pair_features(y: Tensor) -> Tensor:
    """List the switches and then the products of all pairs, so that scores become linear.

    Args:
        y: states, (*B, k).

    Returns:
        (y_1, .., y_k, y_1 y_2, y_1 y_3, ..), (*B, k (k + 1) / 2); dtype and device of y.

    Example:
        >>> pair_features(torch.tensor([1.0, 1.0, 0.0]))
        tensor([1., 1., 0., 1., 0., 0.])
    """
    k = y.shape[-1]
    i, j = torch.triu_indices(k, k, 1, device=y.device)
    return torch.cat([y, y[..., i] * y[..., j]], -1)
