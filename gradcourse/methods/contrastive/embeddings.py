"""What trained embeddings are worth: alignment, uniformity, neighbours and a linear probe."""

import math

import torch
from torch import Tensor
from torch.nn.functional import normalize

__all__ = ["alignment", "neighbour_accuracy", "probe_accuracy", "uniformity"]


def alignment(z1: Tensor, z2: Tensor) -> Tensor:
    """Measure how far apart the two views of a thing lie.

    Args:
        z1: embeddings of one view, (B, D), any unit: only directions count.
        z2: of the other view, in the same order, (B, D).

    Returns:
        Mean squared distance of the directions, (), 0 to 4.

    Raises:
        ValueError: unless z1 and z2 have one shape.

    Example:
        >>> alignment(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 3.0]]))  # a right angle
        tensor(2.)

    Source:
        T. Wang, P. Isola, 2020, with exponent 2.
    """
    _check_alike(z1, z2)
    return (normalize(z1, dim=-1) - normalize(z2, dim=-1)).square().sum(-1).mean()  # (6.11)


def uniformity(z: Tensor) -> Tensor:
    """Measure how evenly directions fill the sphere: the lower, the more evenly.

    Args:
        z: embeddings, (B, D), B >= 2, any unit: only directions count.

    Returns:
        Log of the mean of e^(-2 d^2) over pairs, (), nats; 0 for a collapsed batch, about -4 for
        random directions in many dimensions.

    Raises:
        ValueError: unless B >= 2.

    Example:
        >>> uniformity(torch.tensor([[1.0, 0.0], [-1.0, 0.0]]))  # d = 2
        tensor(-8.)

    Source:
        T. Wang, P. Isola, 2020, with t = 2.
    """
    n = len(z)
    if n < 2:
        raise ValueError(f"z must hold at least 2 rows, got {n}")
    z = normalize(z, dim=-1)
    one, two = torch.triu_indices(n, n, 1, device=z.device)
    squares = 2 - 2 * (z @ z.T)[one, two]
    return torch.logsumexp(-2 * squares, 0) - math.log(n * (n - 1) / 2)  # (6.12)


def neighbour_accuracy(
    bank: Tensor, labels: Tensor, queries: Tensor, truth: Tensor, *, k: int = 5, classes: int = 10
) -> Tensor:
    """Let the k nearest directions of a bank vote on each query.

    Args:
        bank: embeddings with known classes, (N, D), N >= k.
        labels: their classes, 0 to classes - 1, (N,), int64.
        queries: embeddings to classify, (M, D).
        truth: their classes, (M,), int64.
        k: how many vote; the smaller class wins a tie.
        classes: how many classes there are.

    Returns:
        The share that is right, (), 0 to 1; dtype and device of queries.

    Raises:
        ValueError: unless 1 <= k <= N.

    Example:
        >>> bank = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
        >>> neighbour_accuracy(bank, torch.tensor([3, 7]), 2 * bank, torch.tensor([3, 3]), k=1)
        tensor(0.5000)
    """
    if not 1 <= k <= len(bank):
        raise ValueError(f"k must be in [1, {len(bank)}], got {k}")
    near = (normalize(queries, dim=-1) @ normalize(bank, dim=-1).T).topk(k, -1).indices
    votes = _one_hot(labels, classes, queries.dtype)[near].sum(1)
    return (votes.argmax(-1) == truth).to(queries.dtype).mean()


def probe_accuracy(
    features: Tensor, labels: Tensor, queries: Tensor, truth: Tensor, *, penalty: float = 1.0,
    classes: int = 10,
) -> Tensor:
    """Fit a linear classifier on frozen features and try it on others.

    Least squares on one-hot classes with a ridge, on features standardised by the first set.

    Args:
        features: of examples with known classes, (N, D), N >= 2.
        labels: their classes, 0 to classes - 1, (N,), int64.
        queries: features to classify, (M, D).
        truth: their classes, (M,), int64.
        penalty: weight of the squared coefficients > 0, in examples.
        classes: how many classes there are.

    Returns:
        The share that is right, (), 0 to 1; dtype and device of queries.

    Raises:
        ValueError: unless penalty > 0 and N >= 2.

    Example:
        >>> x, y = torch.tensor([[-1.0], [-0.5], [0.5], [1.0]]), torch.tensor([0, 0, 1, 1])
        >>> probe_accuracy(x, y, 3 * x, y)
        tensor(1.)
    """
    if not penalty > 0:
        raise ValueError(f"penalty must be > 0, got {penalty}")
    if len(features) < 2:
        raise ValueError(f"features must hold at least 2 rows, got {len(features)}")
    mean, spread = features.mean(0), features.std(0, correction=0)
    spread = torch.where(spread > 0, spread, torch.ones_like(spread))  # a constant feature is 0
    x, y = (features - mean) / spread, _one_hot(labels, classes, features.dtype)
    ridge = penalty * torch.eye(x.shape[1], dtype=x.dtype, device=x.device)
    weights = torch.linalg.solve(x.T @ x + ridge, x.T @ (y - y.mean(0)))
    guess = ((queries - mean) / spread @ weights + y.mean(0)).argmax(-1)
    return (guess == truth).to(queries.dtype).mean()


def _one_hot(labels: Tensor, classes: int, dtype: torch.dtype) -> Tensor:
    return (labels[:, None] == torch.arange(classes, device=labels.device)).to(dtype)


def _check_alike(z1: Tensor, z2: Tensor) -> None:
    if z1.shape != z2.shape:
        one, two = tuple(z1.shape), tuple(z2.shape)
        raise ValueError(f"z1 and z2 must have one shape, got {one} and {two}")
