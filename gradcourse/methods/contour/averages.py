"""What weighted samples say: an average, its error, how many samples count, equal copies."""

import torch
from torch import Tensor

__all__ = ["batch_means_error", "effective_sample_size", "resample", "weighted_mean"]


def weighted_mean(values: Tensor, w: Tensor) -> Tensor:
    """Average values by their weights.

    Args:
        values: f(x_k), (N, ...).
        w: weights >= 0, (N, ...), of the shape of values.

    Returns:
        The average over the first axis, (...); dtype and device of values.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> weighted_mean(torch.tensor([1.0, 5.0]), torch.tensor([3.0, 1.0]))
        tensor(2.)
    """
    _check_shapes(values, w)
    return (w * values).sum(0) / w.sum(0)  # (4.10)


def effective_sample_size(w: Tensor) -> Tensor:
    """Count how many equal weights would be worth as much.

    It knows nothing of the order: samples of one chain resemble each other and are worth less.

    Args:
        w: weights >= 0, (N, ...).

    Returns:
        Between 1 and N, (...); dtype and device of w.

    Example:
        >>> effective_sample_size(torch.tensor([1.0, 1.0, 0.0, 0.0]))
        tensor(2.)

    Source:
        L. Kish, 1965.
    """
    return w.sum(0) ** 2 / (w**2).sum(0)  # (4.11)


def batch_means_error(values: Tensor, w: Tensor | None = None, *, batches: int = 20) -> Tensor:
    """Estimate the standard error of a chain's weighted average from averages of its parts.

    Args:
        values: f(x_k) along a chain, in order, (N, ...); the last N modulo `batches` are left out.
        w: weights >= 0, of the shape of values; None: all equal.
        batches: into how many parts to cut, 2 to N.

    Returns:
        The standard error, (...), in the unit of values; dtype and device of values.

    Raises:
        ValueError: if the shapes differ, or batches is out of range.

    Accuracy:
        Only parts longer than the chain's memory give an honest error: a chain that never left a
        well reports a small one.

    Example:
        >>> print(f"{batch_means_error(torch.tensor([1.0, 1.0, 3.0, 3.0]), batches=2):.4f}")
        1.0000
    """
    w = torch.ones_like(values) if w is None else w
    _check_shapes(values, w)
    if not 2 <= batches <= len(values):
        raise ValueError(f"batches must be in [2, {len(values)}], got {batches}")
    each = len(values) // batches
    cut = (batches, each, *values.shape[1:])
    values, w = (t[: batches * each].reshape(cut) for t in (values, w))
    off = (w * (values - weighted_mean(values.flatten(0, 1), w.flatten(0, 1)))).sum(1)
    return (off**2).sum(0).sqrt() / w.sum((0, 1)) * (batches / (batches - 1)) ** 0.5


def resample(w: Tensor, n: int, *, generator: torch.Generator | None = None) -> Tensor:
    """Draw n samples by weight, each with n w / sum(w) copies on average, never two off.

    Systematic: one random offset, then n even steps along the summed weights.

    Args:
        w: weights >= 0, (N,), not all zero.
        n: how many to draw, >= 1.
        generator: source of the offset.

    Returns:
        Indices into w, rising, (n,), int64, on the device of w.

    Raises:
        ValueError: unless w is one row of weights >= 0 that are not all zero, and n >= 1.

    Example:
        >>> resample(torch.tensor([1.0, 0.0, 3.0]), 4)
        tensor([0, 2, 2, 2])

    Source:
        J. Carpenter, P. Clifford, P. Fearnhead, 1999.

    Differs from the source:
        The demo of the sampler rounds weights down, which loses all that are below 1.
    """
    if w.ndim != 1 or not len(w):
        raise ValueError(f"w must be one row, got shape {tuple(w.shape)}")
    if not w.is_meta and not (w.min() >= 0 and 0 < w.sum() < torch.inf):
        raise ValueError("w must be >= 0 and not all zero")
    if not n >= 1:
        raise ValueError(f"n must be >= 1, got {n}")
    device = w.device if generator is None else generator.device
    offset = torch.rand((), generator=generator, dtype=torch.float64, device=device).to(w.device)
    edges = w.double().cumsum(0)
    marks = (offset + torch.arange(n, device=w.device)) / n * edges[-1]  # (4.12)
    last = (w > 0).double() * torch.arange(len(w), device=w.device)
    return torch.minimum(torch.searchsorted(edges, marks, right=True), last.argmax())


def _check_shapes(values: Tensor, w: Tensor) -> None:
    if values.shape != w.shape:
        raise ValueError(f"w must have the shape of values, {tuple(values.shape)}, "
                         f"got {tuple(w.shape)}")
