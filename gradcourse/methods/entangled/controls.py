"""Small controls: what keeps everything but the cause that was named."""

import torch
from torch import Tensor

from gradcourse.methods.entangled.readings import check_lam, check_shapes

__all__ = ["forward_shift", "sampled_labels", "shuffled"]


def shuffled(context: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
    """Give every token the context of another one, drawn over the whole batch.

    Args:
        context: C, (..., B, T, d).
        generator: on the CPU; None uses torch's own.

    Returns:
        The same rows in another order, alike for all leading axes: what the context says stays,
        whose it is goes.

    Example:
        >>> shuffled(torch.zeros(2, 3, 4)).shape
        torch.Size([2, 3, 4])
    """
    B, T = context.shape[-3:-1]
    order = torch.randperm(B * T, generator=generator).to(context.device)
    return context.flatten(-3, -2)[..., order, :].view_as(context)


def forward_shift(h: Tensor, direction: Tensor, *, lam: float | Tensor) -> Tensor:
    """Move h a little in the forward pass: what an inner product amounts to, by (8.5).

    Args:
        h: hidden states, any shape.
        direction: M h, same shape; it gets no gradient.
        lam: how far.

    Returns:
        h + lam M h, like h.

    Raises:
        ValueError: if the shapes differ, or lam is not finite.

    Example:
        >>> forward_shift(torch.ones(2), torch.ones(2), lam=0.5)
        tensor([1.5000, 1.5000])
    """
    check_shapes(direction, h)
    check_lam(lam)
    return h + lam * direction.detach()  # (8.5)


def sampled_labels(logits: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
    """Draw targets from the model itself, so that a gradient knows nothing of the true ones.

    Args:
        logits: (..., V), nats.
        generator: on the logits' device; None uses torch's own.

    Returns:
        One class for each row, (...), int64.

    Example:
        >>> sampled_labels(torch.tensor([[0.0, 99.0], [99.0, 0.0]]))
        tensor([1, 0])
    """
    p = logits.detach().softmax(-1)
    return torch.multinomial(p.flatten(0, -2), 1, generator=generator).view(p.shape[:-1])
