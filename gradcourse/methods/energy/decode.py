"""The most likely state: what a model answers when one answer is asked for."""

import torch
from torch import Tensor

__all__ = ["map_matching", "map_pairwise", "map_ranking", "map_unary"]


def map_unary(u: Tensor, threshold: float = 0.0) -> Tensor:
    """Switch on what scores high.

    Args:
        u: scores of the switches, (*B, k), nats.
        threshold: 0 is the most likely state; another trades missed for false labels.

    Returns:
        Zeros and ones, (*B, k); dtype and device of u.

    Example:
        >>> map_unary(torch.tensor([-1.0, 2.0]))
        tensor([0., 1.])
    """
    return (u >= threshold).to(u.dtype)


def map_pairwise(u: Tensor, U: Tensor, *, sweeps: int = 10) -> Tensor:
    """Climb to a state that no single switch can better.

    Args:
        u: scores of the switches, (*B, k), nats.
        U: symmetric couplings with a zero diagonal, (k, k) or (*B, k, k), nats.
        sweeps: most rounds over all switches, >= 1.

    Returns:
        Zeros and ones, (*B, k); dtype and device of u. A local maximum, not always the highest.

    Raises:
        ValueError: if sweeps < 1.

    Example:
        >>> map_pairwise(torch.tensor([1.0, -1.0]), torch.tensor([[0.0, 3.0], [3.0, 0.0]]))
        tensor([1., 1.])
    """
    if sweeps < 1:
        raise ValueError(f"sweeps must be >= 1, got {sweeps}")
    y = map_unary(u)
    for _ in range(sweeps):
        before = y.clone()
        for i in range(u.shape[-1]):
            y[..., i] = (u[..., i] + (U[..., i, :] * y).sum(-1) >= 0).to(u.dtype)
        if torch.equal(y, before):
            break
    return y


def map_ranking(theta: Tensor) -> Tensor:
    """Rank by score: the highest score gets the highest rank.

    Args:
        theta: scores, (*B, k).

    Returns:
        Centred ranks, (*B, k); dtype and device of theta.

    Example:
        >>> map_ranking(torch.tensor([0.3, 9.0, -2.0]))
        tensor([ 0.,  1., -1.])
    """
    ranks = theta.argsort(stable=True, dim=-1).argsort(-1)
    return ranks.to(theta.dtype) - (theta.shape[-1] - 1) / 2


def map_matching(theta: Tensor) -> Tensor:
    """Find the best assignment of things to ranks, by scipy's Hungarian algorithm.

    Args:
        theta: scores of thing i at rank j, (*B, k, k).

    Returns:
        Centred ranks of the things, (*B, k); dtype and device of theta.

    Example:
        >>> map_matching(torch.tensor([[5.0, 6.0], [0.0, 3.0]]))  # 5 + 3 beats 6 + 0
        tensor([-0.5000,  0.5000])
    """
    from scipy.optimize import linear_sum_assignment  # not at the top: one function needs it

    k, flat = theta.shape[-1], theta.detach().reshape(-1, *theta.shape[-2:]).cpu()
    ranks = [linear_sum_assignment(one.numpy(), maximize=True)[1].tolist() for one in flat]
    placed = torch.tensor(ranks, dtype=theta.dtype, device=theta.device)
    return placed.reshape(theta.shape[:-1]) - (k - 1) / 2
