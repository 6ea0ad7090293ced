"""ACClip as a torch optimizer, for models whose gradients come from backward()."""

from collections.abc import Callable

import torch
from torch import Tensor

from gradcourse.methods.clipping.steps import check_settings, cut

__all__ = ["ACClip"]


class ACClip(torch.optim.Optimizer):
    """Train with `acclip_step`: its arithmetic in place, on the tensors or on all at once.

    Args:
        params: tensors, or groups with their own settings.
        lr: step size > 0, parameter/gradient units.
        betas: shares of the old averages that are kept, each in [0, 1).
        alpha: power > 0 of the second average.
        eps: added to |m| before dividing, >= 0, gradient units; 0 needs no division.
        foreach: handle all tensors of a group together; without it, on a GPU only.

    Returns:
        The optimizer. Gradients are read, never changed.

    Raises:
        ValueError: unless lr > 0, betas are in [0, 1), alpha > 0 and eps >= 0 in every group.

    Example:
        >>> w = torch.nn.Parameter(torch.tensor([1.0]))
        >>> optimizer = ACClip([w], lr=1.0, betas=(0.5, 0.75))
        >>> w.sum().backward()
        >>> optimizer.step()
        >>> w.data, w.grad
        (tensor([0.7500]), tensor([1.]))

    Source:
        Zhang, Karimireddy, Veit, Kim, Reddi, Kumar, Sra, 2020.

    Differs from the source:
        No weight decay; eps is 0 unless asked for.
    """

    def __init__(self, params, lr: float, betas: tuple[float, float] = (0.9, 0.99),
                 alpha: float = 1.0, eps: float = 0.0, foreach: bool | None = None):
        super().__init__(params, dict(lr=lr, betas=betas, alpha=alpha, eps=eps, foreach=foreach))

    def add_param_group(self, group: dict) -> None:
        """Add a group of parameters, with defaults for what it does not say."""
        full = {**self.defaults, **group}
        check_settings(full["lr"], full["betas"], full["alpha"], full["eps"])
        super().add_param_group(group)

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None):
        """Take one step with the gradients at hand; returns the closure's loss if there is one."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            for p in params:
                if not self.state[p]:
                    self.state[p].update(m=torch.zeros_like(p), s=torch.zeros_like(p))
            together = group["foreach"]
            if together is None:
                together = bool(params) and all(p.is_cuda for p in params)
            if together and params and group["eps"] == 0:
                advance_together(params, [p.grad for p in params],
                                 [self.state[p]["m"] for p in params],
                                 [self.state[p]["s"] for p in params], group)
                continue
            for p in params:
                advance(p, p.grad, self.state[p]["m"], self.state[p]["s"], group)
        return loss


def advance(x: Tensor, g: Tensor, m: Tensor, s: Tensor, group: dict) -> None:
    """Move x and its two averages in place: `acclip_step` for one tensor."""
    (beta1, beta2), alpha = group["betas"], group["alpha"]
    m.lerp_(g, 1 - beta1)  # (2.8)
    size = g.abs() if alpha == 1 else g.abs().pow_(alpha)
    s.lerp_(size, 1 - beta2)  # (2.9)
    tau = s if alpha == 1 else s ** (1 / alpha)
    x.sub_(cut(m, tau, group["eps"]), alpha=group["lr"])  # (2.10)


def advance_together(xs, gs, ms, ss, group: dict) -> None:
    """Move a whole group with a few large kernels; the same numbers as `advance`."""
    (beta1, beta2), alpha = group["betas"], group["alpha"]
    torch._foreach_lerp_(ms, gs, 1 - beta1)  # (2.8)
    sizes = torch._foreach_abs(gs)
    if alpha != 1:
        torch._foreach_pow_(sizes, alpha)
    torch._foreach_lerp_(ss, sizes, 1 - beta2)  # (2.9)
    taus = ss if alpha == 1 else torch._foreach_pow(ss, 1 / alpha)
    moves = torch._foreach_minimum(ms, taus)
    torch._foreach_maximum_(moves, torch._foreach_neg(taus))
    torch._foreach_add_(xs, moves, alpha=-group["lr"])  # (2.10)
