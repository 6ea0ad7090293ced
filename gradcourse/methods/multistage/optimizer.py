"""Stages as a torch optimizer, for models whose gradients come from backward()."""

from collections.abc import Callable

import torch
from torch import Tensor

from gradcourse.methods.multistage.schedule import (
    check_least,
    check_range,
    stage,
    stage_unit,
    switch_short,
)
from gradcourse.methods.multistage.steps import momentum

__all__ = ["MultistageASG"]


class MultistageASG(torch.optim.Optimizer):
    """Train in stages: a thin shell around `step`, `restart` and the lengths of `stages`.

    While it trains the parameters hold the look-ahead point y_k, where the gradient is wanted, as
    with torch.optim.SGD(nesterov=True); `iterate()` gives x_k, the answer. On the last step of a
    stage the two are the same. `param_groups` shows each group's `lr`, `stage` and `left`, the
    steps that the stage still has; the method sets them.

    Args:
        params: tensors, or groups with their own L, mu, n1 and p.
        L: largest curvature > 0, gradient/parameter units.
        mu: smallest curvature, in (0, L].
        n1: steps of the first stage; without it ceil(sqrt kappa log kappa).
        p: as in `stages`.

    Returns:
        The optimizer.

    Raises:
        ValueError: unless 0 < mu <= L, n1 >= 1 and p >= 1 in every group.

    Example:
        >>> w = torch.nn.Parameter(torch.tensor([1.0]))
        >>> optimizer = MultistageASG([w], L=2.0, mu=2.0, n1=1)
        >>> (w**2).sum().backward()
        >>> optimizer.step()
        >>> optimizer.iterate()[0], optimizer.param_groups[0]["lr"]
        (tensor([0.]), 0.03125)

    Source:
        Aybat, Fallah, Gurbuzbalaban, Ozdaglar, 2019.

    Differs from the source:
        A parameter without a gradient stays where it is, and its group's count goes on.
    """

    def __init__(self, params, L: float, mu: float, n1: int | None = None, p: int = 1):
        super().__init__(params, dict(L=L, mu=mu, n1=n1, p=p))

    def add_param_group(self, group: dict) -> None:
        """Add a group of parameters at the start of its own stage 1."""
        group = {**self.defaults, **group}
        L, mu = group["L"], group["mu"]
        check_range(L, mu)
        if group["n1"] is None:
            group["n1"] = switch_short(L, mu)
        check_least(n1=group["n1"], p=group["p"])
        super().add_param_group({**group, "stage": 0})
        _next_stage(self.param_groups[-1])

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None):
        """Take one step with the gradients at hand; returns the closure's loss if there is one."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            beta = momentum(group["lr"], group["mu"])
            for y in group["params"]:
                if y.grad is not None:
                    state = self.state[y]
                    if not state:
                        state["v"] = torch.zeros_like(y)
                    advance(y, state["v"], y.grad, lr=group["lr"], beta=beta)
            group["left"] -= 1
            if group["left"] == 0:
                self._restart(group, beta)
                _next_stage(group)
        return loss

    @torch.no_grad()
    def iterate(self) -> list[Tensor]:
        """Return copies of the x_k, one per parameter, in the order of the groups."""
        points = []
        for group in self.param_groups:
            beta = momentum(group["lr"], group["mu"])
            for y in group["params"]:
                v = self.state[y].get("v") if y in self.state else None
                points.append(y.clone() if v is None else y - beta * v)
        return points

    def _restart(self, group: dict, beta: float) -> None:
        for y in group["params"]:
            if "v" in self.state.get(y, {}):
                v = self.state[y]["v"]
                y.sub_(v, alpha=beta)
                v.zero_()  # (1.6)


def advance(y: Tensor, v: Tensor, g: Tensor, *, lr: float, beta: float) -> None:
    """Move y_k to y_{k+1} and v_k to v_{k+1} in place: `step` without a new tensor.

    With y_k = x_k + beta v_k the move is v_{k+1} = beta v_k - lr g, so x_{k+1} = y_k - lr g and
    y_{k+1} = x_{k+1} + beta v_{k+1}.
    """
    v.mul_(beta).sub_(g, alpha=lr)
    y.sub_(g, alpha=lr)  # (1.2)
    y.add_(v, alpha=beta)  # (1.1)


def _next_stage(group: dict) -> None:
    group["stage"] += 1
    unit = stage_unit(group["L"], group["mu"], group["p"])
    group["lr"], group["left"] = stage(group["stage"], group["L"], group["n1"], unit)
