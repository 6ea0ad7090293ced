"""Two players as a torch optimizer, for modules whose gradients come from backward()."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

__all__ = ["TwoTimescaleGDA"]

RULES = ("simultaneous", "alternating", "extragradient", "optimistic")


class TwoTimescaleGDA(torch.optim.Optimizer):
    """Train two modules on one payoff: the first walks down, the second climbs eta times as fast.

    The payoff's gradient goes into both: nothing is negated by hand, and no `detach` is needed.

    Args:
        minimiser: parameters that walk down.
        maximiser: parameters that climb; may be empty.
        lr: the minimiser's step > 0.
        eta: the maximiser's step over it, > 0.
        rule: "simultaneous", "alternating", "extragradient" or "optimistic"; the two in the middle
            ask for the gradients twice, so their `step` needs a closure.

    Returns:
        The optimizer; group 0 is the minimiser, group 1 the maximiser.

    Raises:
        ValueError: unless lr > 0, eta > 0, the rule is known, and `step` has the closure it needs.

    Example:
        >>> x, y = (torch.nn.Parameter(torch.ones(1)) for _ in range(2))
        >>> optimizer = TwoTimescaleGDA([x], [y], lr=0.5, eta=2.0)
        >>> (x * y).sum().backward()
        >>> optimizer.step()
        >>> x.item(), y.item()
        (0.5, 2.0)

    Source:
        (3.2) and (3.13) to (3.15).
    """

    def __init__(self, minimiser: Iterable, maximiser: Iterable, lr: float, eta: float = 1.0,
                 rule: str = "simultaneous"):
        for name, value in (("lr", lr), ("eta", eta)):
            if not value > 0:
                raise ValueError(f"{name} must be > 0, got {value}")
        if rule not in RULES:
            raise ValueError(f"rule must be one of {', '.join(RULES)}, got {rule}")
        groups = [{"params": list(minimiser), "lr": lr, "sign": 1.0},
                  {"params": list(maximiser), "lr": lr * eta, "sign": -1.0}]
        super().__init__(groups, {"rule": rule})

    @torch.no_grad()
    def step(self, closure: Callable[[], Tensor] | None = None):
        """Take one step; a closure clears the gradients, computes the payoff and calls backward."""
        rule = self.param_groups[0]["rule"]
        if closure is None and rule in ("alternating", "extragradient"):
            raise ValueError(f"the {rule} step asks twice for gradients: give step a closure")
        value = self._ask(closure)
        if rule == "simultaneous":
            self._move(self.param_groups)
        elif rule == "optimistic":
            self._move(self.param_groups, remember=True)
        elif rule == "alternating":
            self._move(self.param_groups[:1])
            self._ask(closure)
            self._move(self.param_groups[1:])
        else:
            start = [p.clone() for g in self.param_groups for p in g["params"]]
            self._move(self.param_groups)
            self._ask(closure)
            for p, was in zip((p for g in self.param_groups for p in g["params"]), start,
                              strict=True):
                p.copy_(was)
            self._move(self.param_groups)
        return value

    def _ask(self, closure):
        if closure is None:
            return None
        with torch.enable_grad():
            return closure()

    def _move(self, groups, remember: bool = False) -> None:
        for group in groups:
            for p in (p for p in group["params"] if p.grad is not None):
                g = p.grad
                if remember:
                    before = self.state[p].get("before", g)
                    self.state[p]["before"] = g.clone()
                    g = 2 * g - before
                p.add_(g, alpha=-group["sign"] * group["lr"])
