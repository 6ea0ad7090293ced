"""Objectives with known answers: bowls of any stretch, and a curve that only looks like one.

Every objective has `.value(x)` and `.grad(x)`, the ends `.mu` and `.L` of its curvatures, and its
minimum, of height 0, at x = 0.  Device and dtype follow x.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["Kinked", "Quadratic", "bowl", "spectrum"]


class Quadratic:
    """A bowl f(x) = 1/2 sum_i h_i x_i^2 whose axes are the coordinates."""

    def __init__(self, curvatures: Tensor | Sequence[float]):
        h = torch.as_tensor(curvatures)
        h = h if h.is_floating_point() and torch.is_tensor(curvatures) else torch.as_tensor(
            curvatures, dtype=torch.float64
        )
        if h.ndim != 1 or not (h > 0).all() or not h.isfinite().all() or not len(h):
            raise ValueError(f"curvatures must be one row of finite numbers > 0, got {h.tolist()}")
        self.curvatures = h
        self.mu, self.L = h.min().item(), h.max().item()
        self.kappa = self.L / self.mu

    def __repr__(self) -> str:
        return f"Quadratic({self.curvatures.tolist()})"

    def value(self, x: Tensor) -> Tensor:
        """Return the height f(x), (..., d) -> (...,)."""
        return (self.curvatures.to(x) * x * x).sum(-1) / 2

    def grad(self, x: Tensor) -> Tensor:
        """Return the gradient h * x, (..., d) -> (..., d)."""
        return self.curvatures.to(x) * x


def bowl(kappa: float) -> Quadratic:
    """Build the two-direction bowl 1/2 (x^2 + kappa y^2)."""
    return Quadratic([1.0, kappa])


def spectrum(kind: str, d: int, kappa: float) -> Tensor:
    """Place d curvatures between 1 and kappa."""
    t = torch.linspace(0, 1, d, dtype=torch.float64)
    if kind == "log":
        return kappa**t
    if kind == "linear":
        return 1 + (kappa - 1) * t
    if kind == "ends":
        return torch.where(t < 0.5, 1.0, kappa).to(t)
    raise ValueError(f"kind must be one of 'log', 'linear', 'ends', got {kind!r}")


class Kinked:
    """A convex curve of curvature 25, 1 and 25 again: almost a bowl, and a trap for momentum.

        f'(x) = 25 x          for x < 1
                x + 24        for 1 <= x < 2
                25 x - 24     for 2 <= x
    """

    mu, L, kappa = 1.0, 25.0, 25.0

    @staticmethod
    def value(x: Tensor) -> Tensor:
        """Return the height f(x), entry by entry."""
        flat = (x - 1).clamp(0, 1)
        return 12.5 * x**2 - 12 * flat**2 - 24 * (x - 2).clamp(min=0)

    @staticmethod
    def grad(x: Tensor) -> Tensor:
        """Return the slope f'(x), entry by entry."""
        return 25 * x - 24 * (x - 1).clamp(0, 1)
