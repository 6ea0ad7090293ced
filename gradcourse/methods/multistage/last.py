"""The end of a run without its path: the same walk in two kernels a step."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from gradcourse.methods.multistage.steps import momentum

__all__ = ["last_iterate"]


def last_iterate(
    grad: Callable[[Tensor], Tensor], x0: Tensor, stages: Iterable[tuple[float, int]],
    *, mu: float, restarts: bool = True,
) -> Tensor:
    """Walk through all stages and keep the last point only; `run` in a fraction of the time.

    Args:
        grad: gives a noisy gradient at a point; asked once per step. The point is overwritten
            later: copy it to keep it.
        x0: the start, (*S,), parameter units; replicates go side by side, in one more dimension.
        stages: (lr, steps) of each; lr is a number.
        mu: smallest curvature, as in `step`.
        restarts: forget the last move at a switch; False shows what that is for.

    Returns:
        The last iterate, (*S,); dtype and device of x0. Nothing is checked on the way: a walk that
        diverges ends in numbers that are not finite.

    Raises:
        ValueError: as `step` does.

    Example:
        >>> last_iterate(lambda y: y, torch.ones(1), [(0.5, 1), (0.25, 1)], mu=1.0)
        tensor([0.3750])

    Source:
        `run`, which it equals up to rounding.
    """
    x = x0.detach().clone()
    before, y = x.clone(), torch.empty_like(x)
    for lr, steps in stages:
        beta = momentum(lr, mu)
        if restarts:
            before.copy_(x)  # (1.6)
        for _ in range(steps):
            torch.lerp(before, x, 1 + beta, out=y)  # (1.1)
            g = grad(y)
            if g.shape != y.shape:
                want, got = tuple(y.shape), tuple(g.shape)
                raise ValueError(
                    f"the gradient must have the shape of its point, {want}, got {got}")
            torch.sub(y, g, alpha=lr, out=before)  # (1.2)
            x, before = before, x
    return x
