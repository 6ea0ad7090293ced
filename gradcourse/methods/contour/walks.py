"""Many chains as one tensor: what they leave behind, how they are walked, what they are fed."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Trace", "with_gradient"]

BLOCK = 1 << 18  # normals drawn at once
Energy = Callable[[Tensor], tuple[Tensor, Tensor]]


class Trace(NamedTuple):
    """What a crowd of chains leaves behind; row k is what stands after (k + 1) * every steps."""

    x: Tensor  # positions, (K, C, d), parameter units
    u: Tensor  # their energies as they were asked, (K, C), energy units
    log_w: Tensor  # logarithm of each sample's weight up to a constant, (K, C), nats
    rejected: Tensor  # share of moves that would have left the domain, (C,)
    stopped: str  # "" or the reason why K is short


def with_gradient(value: Callable[[Tensor], Tensor]) -> Energy:
    """Turn a differentiable energy into one that also gives its gradient.

    Args:
        value: maps positions (C, d) to energies (C,), row by row.

    Returns:
        A function from positions (C, d) to energies (C,) and gradients (C, d).

    Example:
        >>> with_gradient(lambda x: (x**2).sum(-1))(torch.tensor([[3.0]]))
        (tensor([9.]), tensor([[6.]]))
    """
    def energy(x: Tensor) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            u = value(x)
            (g,) = torch.autograd.grad(u.sum(), x)
        return u.detach(), g

    return energy


def walk(
    energy: Energy, x0: Tensor, steps: int, lr_at: Callable[[int], float | Tensor],
    temperature: float | Tensor, domain: tuple | None, every: int,
    generator: torch.Generator | None, after: Callable | None = None,
) -> Trace:
    """Walk without flattening; `lr_at(k)` and `temperature` may give each chain its own, (C, 1)."""
    check_lr(lr_at(0) if steps else 1.0, temperature)
    check_start(x0, every)
    x, (u, g) = x0, ask(energy, x0)
    diary = Diary(x0, steps, every)
    for k, noise in enumerate(noises(x0, steps, generator)):
        lr = lr_at(k)
        x = advance(x, g, noise, lr, (2 * lr * temperature) ** 0.5, domain, diary)
        u, g = energy(x)
        if after is not None:
            x, u, g = after(x, u, g)
        if diary.full(k, x, u):
            break
    return diary.trace()


def advance(x: Tensor, pull: Tensor, noise: Tensor, lr, shake, domain, diary) -> Tensor:
    """Move to noise * shake - lr * pull + x, in the memory of the noise, unless that is outside."""
    ahead = noise.mul_(shake)
    ahead = ahead.sub_(lr * pull) if torch.is_tensor(lr) else ahead.add_(pull, alpha=-lr)
    ahead.add_(x)
    if domain is None:
        return ahead
    ok = within(ahead, domain)
    diary.refused += ~ok
    return torch.where(ok[:, None], ahead, x)


class Diary:
    """Keeps one row in so many, and notices when a chain is no longer finite."""

    def __init__(self, x0: Tensor, steps: int, every: int):
        self.rows, self.every, self.stopped = steps // every, every, ""
        self.x = x0.new_empty(self.rows, *x0.shape)
        self.u = x0.new_empty(self.rows, len(x0))
        self.log_w = x0.new_zeros(self.rows, len(x0))
        self.refused = x0.new_zeros(len(x0))
        self.steps = 0

    def full(self, k: int, x: Tensor, u: Tensor, log_w: Tensor | None = None) -> bool:
        """Note what stands after step k; True when there is no point in going on."""
        self.steps = k + 1
        row, rest = divmod(k + 1, self.every)
        if rest == 0:
            self.x[row - 1], self.u[row - 1] = x, u
            if log_w is not None:
                self.log_w[row - 1] = log_w
        if self.steps % 512 and rest + self.rows != row:
            return False
        if x.is_meta or x.isfinite().all():
            return False
        self.stopped = f"not finite by step {self.steps}"
        return True

    def trace(self) -> Trace:
        """Give what was kept, up to the first row that is not finite."""
        rows = min(self.rows, self.steps // self.every)
        if not self.x.is_meta:
            bad = ~self.x[:rows].flatten(1).isfinite().all(1)
            rows = int(bad.int().argmax()) if bad.any() else rows
            if bad.any() and not self.stopped:
                self.stopped = f"not finite by step {(rows + 1) * self.every}"
        share = self.refused / max(1, self.steps)
        return Trace(self.x[:rows], self.u[:rows], self.log_w[:rows], share, self.stopped)


def noises(x0: Tensor, steps: int, generator: torch.Generator | None):
    """Yield standard normals of the shape of x0 for each step, drawn in large blocks."""
    block = max(1, BLOCK // max(1, x0.numel()))
    for first in range(0, steps, block):
        yield from draws((min(block, steps - first), *x0.shape), x0, generator)


def draws(shape, like: Tensor, generator, kind=torch.randn) -> Tensor:
    """Draw on the generator's device, then bring the numbers where they are needed."""
    device = like.device if generator is None else generator.device
    return kind(shape, generator=generator, dtype=like.dtype, device=device).to(like.device)


def within(x: Tensor, domain: tuple) -> Tensor:
    """Tell which positions lie in the box, (..., d) -> (...)."""
    low, high = domain
    return (x.clamp(low, high) == x).all(-1)


def ask(energy: Energy, x: Tensor) -> tuple[Tensor, Tensor]:
    """Ask for energies and gradients, and refuse those of another shape."""
    u, g = energy(x)
    if u.shape != x.shape[:1] or g.shape != x.shape:
        got = f"{tuple(u.shape)} and {tuple(g.shape)}"
        raise ValueError(f"energy(x) must give {tuple(x.shape[:1])} and {tuple(x.shape)}, "
                         f"got {got}")
    return u, g


def check_start(x0: Tensor, every: int = 1) -> None:
    """Refuse starts that are not one row for each chain."""
    if x0.ndim != 2:
        raise ValueError(f"x0 must be (C, d), got {tuple(x0.shape)}")
    if not every >= 1:
        raise ValueError(f"every must be >= 1, got {every}")


def check_lr(lr, temperature) -> None:
    """Refuse a step or a temperature that is not positive."""
    for name, value in (("lr", lr), ("temperature", temperature)):
        if not (torch.is_tensor(value) or value > 0):
            raise ValueError(f"{name} must be > 0, got {value}")
