"""Strangers from other processes: rows gathered with their gradient."""

import torch
import torch.distributed as dist
from torch import Tensor
from torch.autograd.function import once_differentiable

__all__ = ["gather_rows"]


def gather_rows(z: Tensor) -> tuple[Tensor, int]:
    """Gather the rows of all ranks, so that a loss here reaches the rows that others made.

    Backward adds up what the losses of all ranks send to a row. So each rank ends with the
    gradient of the *sum* of all ranks' losses; parameters whose gradients are averaged over ranks,
    as DistributedDataParallel does, get that of their mean.

    Args:
        z: rows of this rank, (B, D), as many on each rank.

    Returns:
        All rows in the order of ranks, (W B, D), and where this rank's begin. Without an
        initialised process group, z itself and 0.

    Example:
        >>> gather_rows(torch.ones(1, 2))  # alone
        (tensor([[1., 1.]]), 0)
    """
    if not (dist.is_available() and dist.is_initialized()):
        return z, 0
    return _Gather.apply(z), dist.get_rank() * len(z)


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        parts = [torch.empty_like(z) for _ in range(dist.get_world_size())]
        dist.all_gather(parts, z.contiguous())
        ctx.rows = dist.get_rank() * len(z), len(z)
        return torch.cat(parts)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        grad = grad.contiguous().clone()
        dist.all_reduce(grad)
        return grad.narrow(0, *ctx.rows)
