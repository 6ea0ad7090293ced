"""Objectives with known answers: bowls of any stretch, and a curve that is almost a bowl.

An objective has `.value(x)` and `.grad(x)`, and `.mu`, `.L` and `.kappa` for the ends of its
curvatures and their ratio. Its lowest point is x = 0, of height 0. Device and dtype follow x.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

__all__ = ["Kinked", "Quadratic", "bowl", "spectrum"]


class Quadratic:
    """A bowl whose axes are the coordinates: f(x) = 1/2 sum_i h_i x_i^2.

    Args:
        curvatures: the h_i, (d,), all > 0, gradient/parameter units; plain numbers become float64.

    Raises:
        ValueError: unless curvatures are one row of finite numbers > 0.

    Example:
        >>> f = Quadratic([1.0, 4.0])
        >>> x = torch.tensor([2.0, 1.0])
        >>> f.value(x), f.grad(x)
        (tensor(4.), tensor([2., 4.]))
        >>> f.mu, f.L, f.kappa
        (1.0, 4.0, 4.0)
    """

    def __init__(self, curvatures: Tensor | Sequence[float]):
        h = curvatures
        h = h if torch.is_tensor(h) else torch.tensor(h, dtype=torch.float64)
        if h.ndim != 1 or not len(h) or not ((h > 0) & h.isfinite()).all():
            raise ValueError(f"curvatures must be one row of finite numbers > 0, got {h.tolist()}")
        self.curvatures = h  # h_i, (d,), gradient/parameter units
        self.mu, self.L = float(h.min()), float(h.max())
        self.kappa = self.L / self.mu

    def __repr__(self) -> str:
        return f"Quadratic({self.curvatures.tolist()})"

    def value(self, x: Tensor) -> Tensor:
        """Return the height at x, (..., d) -> (...)."""
        return (self.curvatures.to(x) * x**2).sum(-1) / 2

    def grad(self, x: Tensor) -> Tensor:
        """Return the gradient at x, (..., d) -> (..., d)."""
        return self.curvatures.to(x) * x


def bowl(kappa: float) -> Quadratic:
    """Build the bowl of two directions, f(x, y) = 1/2 (x^2 + kappa y^2).

    Args:
        kappa: curvature of the second direction, > 0; the first has 1.

    Returns:
        The objective, in float64.

    Example:
        >>> bowl(10)
        Quadratic([1.0, 10.0])
    """
    return Quadratic([1.0, kappa])


def spectrum(kind: str, d: int, kappa: float) -> Tensor:
    """Place d curvatures from 1 to kappa.

    Args:
        kind: "log" (equal ratios), "linear" (equal gaps), "ends" (half at 1, half at kappa).
        d: how many, >= 2, so that both ends are there.
        kappa: the largest, >= 1.

    Returns:
        The curvatures in rising order, (d,), float64; divide by kappa for a bowl with L = 1.

    Raises:
        ValueError: if kind is another word, d < 2 or kappa < 1.

    Example:
        >>> spectrum("log", 3, 100).tolist()
        [1.0, 10.0, 100.0]
    """
    if d < 2:
        raise ValueError(f"d must be >= 2, got {d}")
    if not kappa >= 1:
        raise ValueError(f"kappa must be >= 1, got {kappa}")
    t = torch.linspace(0, 1, d, dtype=torch.float64)
    kinds = {"log": kappa**t, "linear": 1 + (kappa - 1) * t, "ends": 1 + (kappa - 1) * t.round()}
    if kind not in kinds:
        raise ValueError(f"kind must be one of {', '.join(kinds)}, got {kind}")
    return kinds[kind]


class Kinked:
    """A curve of curvature 25, then 1, then 25 again: almost a bowl, and a trap for momentum.

    Its slope is 25 x below 1, x + 24 between 1 and 2, and 25 x - 24 above 2. From x = 3.3 the heavy
    ball with the best pair of all bowls circles for ever through 792, -2208, 2592, each over 1225.

    Example:
        >>> Kinked().grad(torch.tensor([1.0, 2.0, 3.0]))
        tensor([25., 26., 51.])

    Source:
        L. Lessard, B. Recht, A. Packard, 2016, equation 4.11.
    """

    mu, L, kappa = 1.0, 25.0, 25.0

    def value(self, x: Tensor) -> Tensor:
        """Return the height at every entry of x."""
        return 12.5 * x**2 - 12 * (x - 1).clamp(0, 1) ** 2 - 24 * (x - 2).clamp(min=0)

    def grad(self, x: Tensor) -> Tensor:
        """Return the slope at every entry of x."""
        return 25 * x - 24 * (x - 1).clamp(0, 1)
