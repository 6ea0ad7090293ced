"""Gradient descent, and two ways to give it a memory.

Minimises a differentiable f by iterating, for k = 0, 1, ..., with g_k = grad f(x_k), one of

    gradient     x_{k+1} = x_k - lr * g_k                                   (0.1)

    heavy ball   v_{k+1} = beta * v_k + g_k                                 (0.4)
                 x_{k+1} = x_k - lr * v_{k+1}                               (0.5)

    Nesterov     y_k     = x_k + beta * (x_k - x_{k-1})                     (0.7)
                 x_{k+1} = y_k - lr * grad f(y_k)                           (0.7)

On a bowl f(x) = 1/2 sum_i h_i x_i^2 with curvatures h_i in [mu, L] each direction moves by itself.
One gradient step multiplies it by

    c = 1 - lr * h                                                          (0.2)

and a method reaches the minimum from every start if and only if

    gradient     0 < lr < 2 / L                                             (0.3)
    heavy ball   0 < lr < 2 (1 + beta) / L                                  (0.6)
    Nesterov     0 < lr < 2 (1 + beta) / ((1 + 2 beta) L)                   (0.8)

On all bowls with curvatures in [mu, L] the heavy ball is fastest at

    sqrt lr   = 2 / (sqrt L + sqrt mu)                                      (0.9)
    sqrt beta = (sqrt L - sqrt mu) / (sqrt L + sqrt mu)                     (0.9)

Limits: beta = 0 switches the memory off and leaves the gradient step.

Source: A. Cauchy, 1847 (gradient); B. T. Polyak, 1964 (heavy ball); Y. Nesterov, 1983.
Differs from the sources: v is kept in gradient units, as torch.optim.SGD does, so lr multiplies
the whole velocity; Nesterov's beta is constant and chosen by the caller.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["State", "gradient_step", "heavy_ball_step", "nesterov_step", "rate", "largest_lr",
           "best_lr", "best_pair"]


class State(NamedTuple):
    """Where a method with a memory stands."""

    x: Tensor  # iterate x_k, (*S,), parameter units
    v: Tensor  # heavy ball: velocity v_k, (*S,), gradient units; Nesterov: x_k - x_{k-1}, (*S,)

    @classmethod
    def at_rest(cls, x: Tensor) -> "State":
        """Start at x with nothing to remember."""
        return cls(x, torch.zeros_like(x))


def gradient_step(x: Tensor, g: Tensor, *, lr: float | Tensor) -> Tensor:
    """Take one step against the gradient.

    Args:
        x: where we stand, any shape, parameter units.
        g: the gradient there, same shape as x.
        lr: step size > 0, parameter/gradient units; a tensor gives each run of a batch its own.

    Returns:
        The next point; shape, dtype and device of x.

    Raises:
        ValueError: unless lr > 0 and g has the shape of x.

    Example:
        >>> gradient_step(torch.tensor(2.0), torch.tensor(3.0), lr=0.5)
        tensor(0.5000)
    """
    _check_settings(lr)
    _check_shapes(x, g)
    return x - lr * g  # (0.1)


def heavy_ball_step(
    state: State, g: Tensor, *, lr: float | Tensor, momentum: float | Tensor
) -> State:
    """Add the gradient to the velocity, then step against the velocity.

    Args:
        state: x and its velocity v; `State.at_rest(x)` to begin.
        g: the gradient at state.x, same shape.
        lr: step size > 0, parameter/gradient units; a tensor broadcasts against x.
        momentum: share of the velocity that is kept, in [0, 1); a tensor broadcasts against x.

    Returns:
        The next state; shapes, dtype and device of the old one.

    Raises:
        ValueError: unless lr > 0, 0 <= momentum < 1, and g has the shape of x.

    Example:
        >>> one = torch.ones(1)
        >>> heavy_ball_step(State(x=one, v=one), one, lr=0.5, momentum=0.5)
        State(x=tensor([0.2500]), v=tensor([1.5000]))

    Differs from the source:
        Polyak adds beta (x_k - x_{k-1}) to x_k; here v_k = -(x_k - x_{k-1}) / lr, which gives the
        same path while lr is constant.
    """
    x, v = state
    beta = momentum
    _check_settings(lr, beta)
    _check_shapes(x, g)
    v = beta * v + g  # (0.4)
    x = x - lr * v  # (0.5)
    return State(x, v)


def nesterov_step(
    state: State, grad: Callable[[Tensor], Tensor], *, lr: float | Tensor, momentum: float | Tensor
) -> State:
    """Repeat a share of the last move, then step against the gradient found there.

    Args:
        state: x and its last move v = x_k - x_{k-1}; `State.at_rest(x)` to begin.
        grad: gives the gradient at a point; it is asked once, at y_k and not at x_k.
        lr: step size > 0, parameter/gradient units; a tensor broadcasts against x.
        momentum: share of the last move that is repeated, in [0, 1); a tensor broadcasts.

    Returns:
        The next state; shapes, dtype and device of the old one.

    Raises:
        ValueError: unless lr > 0, 0 <= momentum < 1, and grad(y) has the shape of y.

    Example:
        >>> one = torch.ones(1)
        >>> nesterov_step(State(x=one, v=-one), lambda y: y, lr=0.5, momentum=0.5)
        State(x=tensor([0.2500]), v=tensor([-0.7500]))

    Differs from the source:
        The momentum is constant. torch.optim.SGD(nesterov=True) takes the same steps but keeps
        y_k = x_k + momentum * v_k in the parameter.
    """
    x, v = state
    beta = momentum
    _check_settings(lr, beta)
    y = x + beta * v  # (0.7)
    g = grad(y)
    _check_shapes(y, g)
    x_next = y - lr * g  # (0.7)
    return State(x_next, x_next - x)


def rate(
    curvatures: Tensor, lr: float | Tensor, momentum: float | Tensor = 0.0, nesterov: bool = False
) -> Tensor:
    """Compute the asymptotic factor by which the error shrinks per step on a bowl.

    Every direction follows x_{k+1} = s x_k - p x_{k-1}, so its error behaves like |z|^k, where z is
    the larger root of z^2 - s z + p = 0 and, with c from (0.2),

        heavy ball   s = c + beta,          p = beta
        Nesterov     s = (1 + beta) c,      p = beta c

    Below 1 the method converges, above 1 it diverges. The height falls by the square. At a double
    root the error falls like k |z|^k, so the factor is a limit and no bound for a single step.

    Args:
        curvatures: the h_i, (*B, d), floating point.
        lr: step size, a number or a tensor that broadcasts against *B.
        momentum: beta, alike; 0 gives gradient descent.
        nesterov: Nesterov's method instead of the heavy ball.

    Returns:
        The factor of the slowest direction, (*B,); dtype and device of curvatures.

    Raises:
        ValueError: unless curvatures are floating point.

    Accuracy:
        Rounding, except beside a double root, where a change of 1e-16 in lr moves the root itself
        by 1e-8. There a discriminant within rounding of zero is taken as zero.

    Example:
        >>> bowl = torch.tensor([1.0, 100.0], dtype=torch.float64)
        >>> print(f"{rate(bowl, 2 / 101):.4f}")  # 99 / 101
        0.9802
        >>> print(f"{rate(bowl, *best_pair(1, 100)):.4f}")  # 9 / 11
        0.8182
        >>> print(f"{rate(bowl, 1 / 100, 9 / 11, nesterov=True):.4f}")  # 9 / 10
        0.9000
    """
    h = curvatures
    if not h.is_floating_point():
        raise ValueError(f"curvatures must be floating point, got {h.dtype}")
    lr, beta = (torch.as_tensor(a, dtype=h.dtype, device=h.device) for a in (lr, momentum))
    lr, beta = lr[..., None], beta[..., None]
    c = 1 - lr * h  # (0.2)
    s, p = ((1 + beta) * c, beta * c) if nesterov else (c + beta, beta)
    return _larger_root(s, p).amax(-1)


def largest_lr(L: float, momentum: float = 0.0, nesterov: bool = False) -> float:
    """Give the step size at which a method stops converging on a bowl.

    Args:
        L: largest curvature > 0, gradient/parameter units.
        momentum: beta in [0, 1); 0 gives gradient descent.
        nesterov: Nesterov's method instead of the heavy ball.

    Returns:
        The limit itself, in parameter/gradient units: every shorter step converges.

    Raises:
        ValueError: unless L > 0 and 0 <= momentum < 1.

    Example:
        >>> largest_lr(4), largest_lr(4, momentum=0.5), largest_lr(4, momentum=0.5, nesterov=True)
        (0.5, 0.75, 0.375)
    """
    beta = momentum
    _check_range(L, L)
    _check_momentum(beta)
    border = 2 / L  # (0.3)
    if nesterov:
        return border * (1 + beta) / (1 + 2 * beta)  # (0.8)
    return border * (1 + beta)  # (0.6)


def best_lr(mu: float, L: float) -> float:
    """Give the fastest constant step size of gradient descent on a bowl.

    It makes c of (0.2) equal in size at both ends of [mu, L]; with kappa = L / mu the factor is
    (kappa - 1) / (kappa + 1).

    Args:
        mu: smallest curvature > 0, gradient/parameter units.
        L: largest curvature >= mu, same units.

    Returns:
        The step size, parameter/gradient units.

    Raises:
        ValueError: unless 0 < mu <= L.

    Example:
        >>> best_lr(1, 9)
        0.2
    """
    _check_range(mu, L)
    return 2 / (L + mu)


def best_pair(mu: float, L: float) -> tuple[float, float]:
    """Give the heavy ball's fastest step size and momentum on a bowl.

    They turn both ends of [mu, L] into double roots; with kappa = L / mu the factor is
    (sqrt kappa - 1) / (sqrt kappa + 1). On a curve that is no bowl the pair may never arrive.

    Args:
        mu: smallest curvature > 0, gradient/parameter units.
        L: largest curvature >= mu, same units.

    Returns:
        The pair (lr, momentum), lr in parameter/gradient units.

    Raises:
        ValueError: unless 0 < mu <= L.

    Example:
        >>> best_pair(1, 9)
        (0.25, 0.25)
    """
    _check_range(mu, L)
    total, gap = L**0.5 + mu**0.5, L**0.5 - mu**0.5
    return (2 / total) ** 2, (gap / total) ** 2  # (0.9)


def _larger_root(s: Tensor, p: Tensor) -> Tensor:
    """Return the larger |z| among the roots of z^2 - s z + p = 0."""
    d = s * s / 4 - p
    # Beside a double root rounding of 1e-16 in d would come out of the square root as 1e-8.
    noise = 8 * torch.finfo(d.dtype).eps * (s.abs() + p.abs())
    d = torch.where(d.abs() <= noise, 0, d)
    return (s.abs() / 2 + torch.sqrt(d + 0j)).abs()


def _check_settings(lr, momentum=0.0):
    if not _all(lr > 0):
        raise ValueError(f"lr must be > 0, got {lr}")
    _check_momentum(momentum)


def _check_momentum(momentum):
    if not _all((momentum >= 0) & (momentum < 1)):
        raise ValueError(f"momentum must be in [0, 1), got {momentum}")


def _check_range(mu, L):
    if not L > 0:
        raise ValueError(f"L must be > 0, got {L}")
    if not 0 < mu <= L:
        raise ValueError(f"mu must be in (0, {L}], got {mu}")


def _check_shapes(x, g):
    want, got = (tuple(getattr(a, "shape", ())) for a in (x, g))
    if want != got:
        raise ValueError(f"the gradient must have the shape of its point, {want}, got {got}")


def _all(condition) -> bool:
    """Read a condition on a number, or on every entry of a tensor."""
    return condition if isinstance(condition, bool) else bool(condition.all())
