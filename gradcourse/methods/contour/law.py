"""What steps of finite length do to the sampled law, without sampling."""

import torch
from torch import Tensor

__all__ = ["euler_law"]


def euler_law(
    x: Tensor, drift: Tensor, *, lr: float, temperature: float = 1.0
) -> Tensor:
    """Find where a walk with steps of finite length ends up, on a grid.

    The chain x -> x + drift(x) + sqrt(2 lr tau) noise, refused outside the grid, becomes a
    transition matrix; its left eigenvector of 1 comes from one linear solve.

    Args:
        x: an even grid, (G,), parameter units; its ends are the domain.
        drift: -lr times multiplier times gradient at each point, (G,), parameter units.
        lr: step size > 0.
        temperature: tau > 0.

    Returns:
        Probabilities of the points, (G,); dtype and device of x.

    Raises:
        ValueError: unless x and drift are (G,), lr > 0 and temperature > 0.

    Accuracy:
        That of the grid: its spacing should be well below sqrt(2 lr tau).

    Example:
        >>> x = torch.linspace(-4, 4, 161, dtype=torch.float64)
        >>> law = euler_law(x, -0.2 * x, lr=0.2)
        >>> print(f"{(law * x**2).sum():.2f}")  # 1 / (1 - lr / 2), not 1
        1.11
    """
    if x.shape != drift.shape:
        raise ValueError(f"drift must be {tuple(x.shape)}, got {tuple(drift.shape)}")
    for name, value in (("lr", lr), ("temperature", temperature)):
        if not value > 0:
            raise ValueError(f"{name} must be > 0, got {value}")
    step, width = x[1] - x[0], (2 * lr * temperature) ** 0.5
    hop = (-(((x[None] - x[:, None] - drift[:, None]) / width) ** 2) / 2).exp()
    hop = hop * step / (width * (2 * torch.pi) ** 0.5)
    hop = hop / hop.sum(1, keepdim=True).clamp(min=1)  # a grid's sum may exceed one
    hop = hop + torch.diag(1 - hop.sum(1))  # refused moves stay
    balance = hop.T - torch.eye(len(x), dtype=x.dtype, device=x.device)
    balance[-1] = 1.0
    return torch.linalg.solve(balance, (x == x[-1]).to(x.dtype)).clamp(min=0)
