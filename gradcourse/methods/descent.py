"""Gradient descent and two ways to give it a memory.

Minimises a differentiable f by iterating, for k = 0, 1, ..., one of

    gradient     x_{k+1} = x_k - lr * g_k                                   (0.1)

    heavy ball   v_{k+1} = beta * v_k + g_k                                 (0.4)
                 x_{k+1} = x_k - lr * v_{k+1}                               (0.5)

    Nesterov     y_k     = x_k + beta * (x_k - x_{k-1})
                 x_{k+1} = y_k - lr * grad f(y_k)                           (0.7)

where g_k = grad f(x_k).  On a bowl f(x) = 1/2 sum_i h_i x_i^2 with curvatures h_i in [mu, L] every
direction moves by itself.  A gradient step multiplies it by

    c = 1 - lr * h                                                          (0.2)

and a method converges from every start if and only if

    gradient     0 < lr < 2 / L                                             (0.3)
    heavy ball   0 < lr < 2 (1 + beta) / L                                  (0.6)
    Nesterov     0 < lr < 2 (1 + beta) / ((1 + 2 beta) L)                   (0.8)

Heavy ball is fastest on the whole range [mu, L] at

    sqrt lr   = 2 / (sqrt L + sqrt mu)
    sqrt beta = (sqrt L - sqrt mu) / (sqrt L + sqrt mu)                     (0.9)

Limits: beta = 0 turns both memories off and leaves the gradient step.

Source: A. Cauchy, 1847 (gradient); B. T. Polyak, 1964 (heavy ball); Y. Nesterov, 1983.
Differs from the sources: the heavy ball's v is kept in gradient units, as torch.optim.SGD does,
so lr multiplies the whole velocity; Nesterov's beta is a constant the caller chooses.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = [
    "State",
    "gradient_step",
    "heavy_ball_step",
    "nesterov_step",
    "rate",
    "largest_lr",
    "best_lr",
    "best_pair",
]


class State(NamedTuple):
    """Where a method with a memory stands; `State.at_rest(x)` starts one."""

    x: Tensor  # iterate x_k, (*S,), parameter units
    v: Tensor  # memory, (*S,): heavy ball v_k, gradient units; Nesterov x_k - x_{k-1}, parameter units

    @classmethod
    def at_rest(cls, x: Tensor) -> "State":
        """Start at x with nothing to remember."""
        return cls(x, torch.zeros_like(x))


def gradient_step(x: Tensor, g: Tensor, *, lr: float | Tensor) -> Tensor:
    """Walk against the gradient once."""
    _check(x, g, lr)
    return x - lr * g  # (0.1)


def heavy_ball_step(
    state: State, g: Tensor, *, lr: float | Tensor, momentum: float | Tensor
) -> State:
    """Add the gradient to the velocity, then walk against the velocity."""
    x, v = state
    beta = momentum
    _check(x, g, lr, beta)
    v = beta * v + g  # (0.4)
    x = x - lr * v  # (0.5)
    return State(x, v)


def nesterov_step(
    state: State,
    grad: Callable[[Tensor], Tensor],
    *,
    lr: float | Tensor,
    momentum: float | Tensor,
) -> State:
    """Coast along the last move, then walk against the gradient found there."""
    x, v = state
    beta = momentum
    y = x + beta * v  # (0.7)
    g = grad(y)
    _check(y, g, lr, beta)
    x_next = y - lr * g  # (0.7)
    return State(x_next, x_next - x)


def rate(
    curvatures: Tensor,
    lr: float | Tensor,
    momentum: float | Tensor = 0.0,
    nesterov: bool = False,
) -> Tensor:
    """Compute the asymptotic factor of the error per step, on a bowl's worst direction."""
    h = curvatures
    if not h.is_floating_point():
        raise ValueError(f"curvatures must be floating point, got {h.dtype}")
    lr, beta = (torch.as_tensor(a, dtype=h.dtype, device=h.device)[..., None] for a in (lr, momentum))
    c = 1 - lr * h  # (0.2)
    s, p = ((1 + beta) * c, beta * c) if nesterov else (c + beta, beta)
    return _larger_root(s, p).amax(-1)


def largest_lr(L: float, momentum: float = 0.0, nesterov: bool = False) -> float:
    """Give the step at which a method stops converging on a bowl."""
    beta = momentum
    _check_range(L, L)
    _check_momentum(beta)
    border = 2 / L  # (0.3)
    if nesterov:
        return border * (1 + beta) / (1 + 2 * beta)  # (0.8)
    return border * (1 + beta)  # (0.6)


def best_lr(mu: float, L: float) -> float:
    """Give the fastest constant step of plain gradient descent on a bowl."""
    _check_range(mu, L)
    return 2 / (L + mu)


def best_pair(mu: float, L: float) -> tuple[float, float]:
    """Give the heavy ball's fastest step and momentum on a bowl."""
    _check_range(mu, L)
    total, gap = L**0.5 + mu**0.5, L**0.5 - mu**0.5
    return (2 / total) ** 2, (gap / total) ** 2  # (0.9)


def _larger_root(s: Tensor, p: Tensor) -> Tensor:
    """Solve z^2 - s z + p = 0 and return the larger |z|."""
    d = s * s / 4 - p
    # A double root is where rounding hurts most: its square root would turn 1e-16 into 1e-8.
    d = torch.where(d.abs() <= 8 * torch.finfo(d.dtype).eps * (s.abs() + p.abs()), 0, d)
    return (s.abs() / 2 + torch.sqrt(d + 0j)).abs()


def _check(x, g, lr, momentum=0.0):
    if getattr(g, "shape", ()) != getattr(x, "shape", ()):
        raise ValueError(f"g must have the shape of x, {tuple(x.shape)}, got {tuple(g.shape)}")
    if not torch.as_tensor(lr > 0).all():
        raise ValueError(f"lr must be > 0, got {lr}")
    _check_momentum(momentum)


def _check_momentum(momentum):
    if not torch.as_tensor((momentum >= 0) & (momentum < 1)).all():
        raise ValueError(f"momentum must be in [0, 1), got {momentum}")


def _check_range(mu, L):
    if not L > 0:
        raise ValueError(f"L must be > 0, got {L}")
    if not 0 < mu <= L:
        raise ValueError(f"mu must be in (0, L = {L}], got {mu}")
