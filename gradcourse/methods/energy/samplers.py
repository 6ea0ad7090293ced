"""Where guesses come from: priors that are easy to draw from, and the chains they replace.

Rankings are centred ranks: y_i in {-(k - 1)/2, .., (k - 1)/2}, the highest for the best thing.
"""

import torch
from torch import Tensor

__all__ = ["bernoulli", "bernoulli_log_prob", "gibbs", "plackett_luce", "plackett_luce_log_prob",
           "swap_chain", "uniform_binary", "uniform_permutations"]


def uniform_binary(
    *shape: int, generator: torch.Generator | None = None, dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Tensor:
    """Toss fair coins: guesses that do not depend on x, so one block serves a whole batch.

    Args:
        shape: of the guesses, such as (S, k).
        generator: source of chance, on the device.
        dtype: of the guesses; None: torch's default.
        device: of the guesses; None: torch's default.

    Returns:
        Zeros and ones of that shape.

    Example:
        >>> uniform_binary(2, 3, generator=torch.Generator().manual_seed(0)).shape
        torch.Size([2, 3])
    """
    dtype = torch.get_default_dtype() if dtype is None else dtype
    return torch.randint(2, shape, generator=generator, device=device).to(dtype)


def uniform_permutations(
    *shape: int, generator: torch.Generator | None = None, dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Tensor:
    """Draw rankings, all equally likely; the last number of the shape is k.

    Args:
        shape: of the guesses, such as (S, k).
        generator: source of chance, on the device.
        dtype: of the ranks; None: torch's default.
        device: of the ranks; None: torch's default.

    Returns:
        Centred ranks of that shape; each row is a permutation.

    Example:
        >>> uniform_permutations(3, generator=torch.Generator().manual_seed(0)).sort().values
        tensor([-1.,  0.,  1.])
    """
    dtype = torch.get_default_dtype() if dtype is None else dtype
    order = torch.rand(shape, generator=generator, device=device).argsort(-1)
    return order.to(dtype) - (shape[-1] - 1) / 2


def bernoulli(p: Tensor, S: int, *, generator: torch.Generator | None = None) -> Tensor:
    """Draw switches that are on with given chances: label marginals, or classifiers' outputs.

    Args:
        p: chances, (*B, k), in [0, 1]; (k,) makes guesses that a batch can share.
        S: guesses for each row, >= 1.
        generator: source of chance, on p's device.

    Returns:
        Zeros and ones, (*B, S, k); dtype and device of p.

    Raises:
        ValueError: if S < 1.

    Example:
        >>> bernoulli(torch.tensor([0.0, 1.0]), 1)
        tensor([[0., 1.]])
    """
    if S < 1:
        raise ValueError(f"S must be >= 1, got {S}")
    shape = (*p.shape[:-1], S, p.shape[-1])
    draws = torch.rand(shape, generator=generator, dtype=p.dtype, device=p.device)
    return (draws < p[..., None, :]).to(p.dtype)


def bernoulli_log_prob(p: Tensor, y: Tensor) -> Tensor:
    """Compute how likely `bernoulli` makes a state.

    Args:
        p: chances, (*B, k), in (0, 1).
        y: states, (*B, S, k).

    Returns:
        Log-probabilities, (*B, S), nats; dtype and device of p.

    Example:
        >>> bernoulli_log_prob(torch.tensor([0.5, 0.5]), torch.ones(1, 2))  # 2 log 1/2
        tensor([-1.3863])
    """
    p = p[..., None, :]
    return (torch.xlogy(y, p) + torch.xlogy(1 - y, 1 - p)).sum(-1)


def plackett_luce(theta: Tensor, S: int, *, generator: torch.Generator | None = None) -> Tensor:
    """Draw rankings that follow scores: the best is drawn by softmax, then the next best, ...

    Args:
        theta: scores, (*B, k), nats.
        S: guesses for each row, >= 1.
        generator: source of chance, on theta's device.

    Returns:
        Centred ranks, (*B, S, k); dtype and device of theta.

    Raises:
        ValueError: if S < 1.

    Example:
        >>> plackett_luce(torch.tensor([0.0, 99.0, 50.0]), 1)
        tensor([[-1.,  1.,  0.]])

    Source:
        R. Plackett, 1975; drawn by sorting scores plus Gumbel noise.
    """
    if S < 1:
        raise ValueError(f"S must be >= 1, got {S}")
    shape = (*theta.shape[:-1], S, theta.shape[-1])
    u = torch.rand(shape, generator=generator, dtype=theta.dtype, device=theta.device)
    tiny = torch.finfo(theta.dtype).tiny
    noise = -(-u.clamp(min=tiny).log()).log()
    ranks = (theta[..., None, :] + noise).argsort(-1).argsort(-1)
    return ranks.to(theta.dtype) - (theta.shape[-1] - 1) / 2


def plackett_luce_log_prob(theta: Tensor, y: Tensor) -> Tensor:
    """Compute how likely `plackett_luce` makes a ranking.

    Args:
        theta: scores, (*B, k), nats.
        y: rankings, (*B, S, k) or any that broadcast.

    Returns:
        Log-probabilities, (*B, S), nats; dtype and device of theta.

    Example:
        >>> plackett_luce_log_prob(torch.zeros(3), torch.tensor([[-1.0, 1.0, 0.0]]))  # -log 3!
        tensor([-1.7918])
    """
    scores = theta[..., None, :].expand(*torch.broadcast_shapes(theta[..., None, :].shape, y.shape))
    best_first = scores.gather(-1, y.expand(scores.shape).argsort(-1, descending=True))
    left = best_first.flip(-1).logcumsumexp(-1).flip(-1)
    return (best_first - left).sum(-1)


def gibbs(
    y: Tensor, u: Tensor, U: Tensor | None = None, *, moves: int,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Walk chains of switches: each move redraws one switch, given the others.

    All chains redraw the same switch at a time, chosen at random; k moves are about one sweep.

    Args:
        y: where the chains stand, zeros and ones, (*B, k).
        u: scores of the switches, (*B, k), nats.
        U: symmetric couplings with a zero diagonal, (k, k) or (*B, k, k), nats; None for none.
        moves: per chain, >= 0.
        generator: source of chance, on y's device.

    Returns:
        Where they stand then, (*B, k); dtype and device of y.

    Raises:
        ValueError: unless y and u have equal shapes and moves >= 0.

    Example:
        >>> y = torch.zeros(4)
        >>> gibbs(y, torch.full((4,), 99.0), moves=1).sum()  # one switch is on now
        tensor(1.)
    """
    _check_chain(y, u, moves)
    y, k = y.clone(), y.shape[-1]
    sites = torch.randint(k, (moves,), generator=generator, device=y.device).tolist()
    chance = torch.rand((moves, *y.shape[:-1]), generator=generator, dtype=y.dtype, device=y.device)
    pull = chance.logit(eps=torch.finfo(y.dtype).tiny)
    for i, low in zip(sites, pull, strict=True):
        field = u[..., i] if U is None else u[..., i] + (U[..., i, :] * y).sum(-1)
        y[..., i] = (low < field).to(y.dtype)
    return y


def swap_chain(
    y: Tensor, theta: Tensor, *, moves: int, generator: torch.Generator | None = None
) -> Tensor:
    """Walk chains of rankings: each move proposes to swap the ranks of two things.

    Args:
        y: where the chains stand, centred ranks, (*B, k), k >= 2.
        theta: scores, (*B, k), nats.
        moves: per chain, >= 0.
        generator: source of chance, on y's device.

    Returns:
        Where they stand then, (*B, k); dtype and device of y.

    Raises:
        ValueError: unless y and theta have equal shapes, k >= 2 and moves >= 0.

    Example:
        >>> swap_chain(torch.tensor([1.0, -1.0]), torch.tensor([0.0, 99.0]), moves=1)
        tensor([-1.,  1.])

    Source:
        N. Metropolis and others, 1953.
    """
    _check_chain(y, theta, moves)
    k, options = y.shape[-1], {"generator": generator, "device": y.device}
    if k < 2:
        raise ValueError(f"k must be >= 2, got {k}")
    y, shape = y.clone(), (moves, *y.shape[:-1], 1)
    i = torch.randint(k, shape, **options)
    j = (i + torch.randint(1, k, shape, **options)) % k
    logs = torch.rand(shape, dtype=y.dtype, **options).log()
    gap = theta.expand(moves, *y.shape)
    gap = gap.gather(-1, i) - gap.gather(-1, j)
    for a, b, log, rise in zip(i, j, logs, gap, strict=True):
        ya, yb = y.gather(-1, a), y.gather(-1, b)
        accept = log < rise * (yb - ya)  # (5.14)
        y.scatter_(-1, a, torch.where(accept, yb, ya)).scatter_(-1, b, torch.where(accept, ya, yb))
    return y


def _check_chain(y, scores, moves):
    if y.shape != scores.shape:
        raise ValueError(f"states and scores must have equal shapes, got {tuple(y.shape)} and "
                         f"{tuple(scores.shape)}")
    if moves < 0:
        raise ValueError(f"moves must be >= 0, got {moves}")
