"""Adam with a clock for each neuron: what is born late begins like what is born first."""

from collections.abc import Callable

import torch
from torch import Tensor

from gradcourse.methods.nimble.sizes import check_betas

__all__ = ["NimbleAdam"]


class NimbleAdam(torch.optim.Optimizer):
    """Adam that counts the steps of each row since it woke.

    A row of a parameter (its first axis; each entry of a vector) sleeps while its gradient is
    exactly zero: it does not move, its averages stay, it does not age. A row that never slept is
    treated as `torch.optim.Adam` treats it.

    Args:
        params: tensors, or groups with their own lr.
        lr: step size > 0, parameter units per step.
        betas: shares of the old averages that are kept, each in [0, 1).
        eps: added to the root, >= 0, gradient units.

    Returns:
        The optimizer. Gradients are read, never changed.

    Raises:
        ValueError: unless lr > 0, betas are in [0, 1) and eps >= 0 in every group.

    Example:
        >>> w = torch.nn.Parameter(torch.zeros(2))
        >>> optimizer = NimbleAdam([w], lr=0.1)
        >>> for row in (0, 1):  # the second entry wakes a step late, and moves by lr all the same
        ...     w.grad = torch.tensor([1.0, float(row)])
        ...     optimizer.step()
        >>> w.data
        tensor([-0.2000, -0.1000])

    Source:
        D. Kingma, J. Ba, 2015, with one clock a row.
    """

    def __init__(self, params, lr: float, betas: tuple[float, float] = (0.9, 0.999),
                 eps: float = 1e-8):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps))

    def add_param_group(self, group: dict) -> None:
        """Add a group of parameters, with defaults for what it does not say."""
        full = {**self.defaults, **group}
        if not full["lr"] > 0:
            raise ValueError(f"lr must be > 0, got {full['lr']}")
        if not full["eps"] >= 0:
            raise ValueError(f"eps must be >= 0, got {full['eps']}")
        check_betas(full["betas"])
        super().add_param_group(group)

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None):
        """Take one step with the gradients at hand; returns the closure's loss if there is one."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self._advance(p, self.state[p], group)
        return loss

    def _advance(self, p: Tensor, state: dict, group: dict) -> None:
        (b1, b2), g = group["betas"], p.grad
        if not state:
            age = torch.zeros_like(p[..., None].flatten(1)[:, :1] if p.ndim else p)
            state.update(m=torch.zeros_like(p), v=torch.zeros_like(p), age=age.reshape(
                [*p.shape[:1], *[1] * (p.ndim - 1)]))
        awake = (g != 0).to(p.dtype)
        if p.ndim > 1:
            awake = awake.flatten(1).amax(1).reshape(state["age"].shape)
        m, v, age = state["m"], state["v"], state["age"].add_(awake)
        m.lerp_(g, (1 - b1) * awake.expand_as(p))
        v.lerp_(g * g, (1 - b2) * awake.expand_as(p))
        a = age.clamp(min=1)
        root = (v / (1 - b2**a)).sqrt_().add_(group["eps"])
        p.sub_(group["lr"] * awake * (m / (1 - b1**a)) / root)  # (7.7)
