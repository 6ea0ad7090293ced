"""ACClip as a torch optimizer, for models whose gradients come from backward()."""

from collections import defaultdict
from collections.abc import Callable

import torch
from torch import Tensor

from gradcourse.methods.clipping.bank import Bank, small
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
        foreach: handle all tensors of a group together, or (False) each by itself; without it the
            faster: together on a GPU, small ones end to end on a processor.

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
        for i, group in enumerate(self.param_groups):
            rows = [(p, p.grad, self._averages(p)) for p in group["params"] if p.grad is not None]
            together = group["foreach"]
            if together is None:
                rows = self._bank_small(i, rows, group)
                together = all(p.is_cuda for p, _, _ in rows)
            if together and rows and group["eps"] == 0:
                xs, gs, states = zip(*rows, strict=True)
                advance_together(xs, gs, [s["m"] for s in states], [s["s"] for s in states], group)
                continue
            room = {}
            for p, g, state in rows:
                advance(p, g, state["m"], state["s"], group, _room(room, p))
        return loss

    def _averages(self, p: Tensor) -> dict:
        state = self.state[p]
        if not state:
            state.update(m=torch.zeros_like(p), s=torch.zeros_like(p))
        return state

    def _bank_small(self, i: int, rows: list, group: dict) -> list:
        """Move the small tensors of each dtype end to end; return the rows that are left."""
        kinds, left = {}, []
        for row in rows:
            if small(row[0]):
                kinds.setdefault((i, row[0].dtype, row[0].device), []).append(row)
            else:
                left.append(row)
        banks = self.__dict__.setdefault("_banks", {})
        for kind, some in kinds.items():
            xs, gs, states = zip(*some, strict=True)
            bank = banks.get(kind)
            if bank is None or not bank.fits(states):
                bank = banks[kind] = Bank(xs, states)
            if len(xs) == len(bank) > 1:
                advance_bank(xs, gs, bank, group)
            else:
                left += some
        return left

    def __getstate__(self) -> dict:
        """Give each state its own memory: a view would be pickled with its whole bank."""
        kept = super().__getstate__()
        state = {p: {k: v.clone() for k, v in s.items()} for p, s in kept["state"].items()}
        return {**kept, "state": defaultdict(dict, state)}


def advance(x: Tensor, g: Tensor, m: Tensor, s: Tensor, group: dict, room: Tensor) -> None:
    """Move x and its two averages in place: `acclip_step` for one tensor; overwrites the room."""
    x.sub_(move(g, m, s, group, room), alpha=group["lr"])  # (2.10)


def advance_bank(xs: list[Tensor], gs: list[Tensor], bank: Bank, group: dict) -> None:
    """Move many small tensors with kernels that see them end to end; the numbers of `advance`."""
    g = bank.gather(gs)
    room = move(g, bank.m, bank.s, group, g)
    if room is not g:
        g.copy_(room)
    torch._foreach_sub_(xs, bank.parts(), alpha=group["lr"])  # (2.10)


def move(g: Tensor, m: Tensor, s: Tensor, group: dict, room: Tensor) -> Tensor:
    """Update both averages in place and return how far to go, in the room; g may be the room."""
    (beta1, beta2), alpha, eps = group["betas"], group["alpha"], group["eps"]
    m.lerp_(g, 1 - beta1)  # (2.8)
    size = torch.abs(g, out=room)
    if alpha != 1:
        size.pow_(alpha)
    s.lerp_(size, 1 - beta2)  # (2.9)
    tau = s if alpha == 1 else s ** (1 / alpha)
    if eps > 0:
        return cut(m, tau, eps)
    return torch.clamp(m, torch.neg(tau, out=room), tau, out=room)


def _room(kept: dict, x: Tensor) -> Tensor:
    """Find room for one more tensor like x; kept holds one piece of each dtype and device."""
    kind = x.dtype, x.device
    if kind not in kept or kept[kind].numel() < x.numel():
        kept[kind] = torch.empty(x.numel(), dtype=x.dtype, device=x.device)
    return kept[kind][: x.numel()].view(x.shape)


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
