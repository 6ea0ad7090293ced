"""One noisy accelerated step, its restart, a whole run, and what shrinks along the way."""

from collections.abc import Callable, Iterable
from math import sqrt
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Run", "State", "lyapunov", "lyapunov_bound", "momentum", "restart", "run", "step"]


class State(NamedTuple):
    """Where the method stands."""

    x: Tensor  # iterate x_k, (*S,), parameter units
    v: Tensor  # its last move x_k - x_{k-1}, (*S,), same units

    @classmethod
    def at_rest(cls, x: Tensor) -> "State":
        """Start at x with nothing to remember."""
        return cls(x, torch.zeros_like(x))


class Run(NamedTuple):
    """A path, and why it ends before its budget if it does."""

    path: Tensor  # x_0, x_1, ..., (n + 1, *S), parameter units
    stopped: str  # "" or the reason


def momentum(lr: float | Tensor, mu: float) -> float | Tensor:
    """Give the momentum that belongs to a step size.

    Args:
        lr: step size > 0, parameter/gradient units; a tensor gives each run of a batch its own.
        mu: smallest curvature, in (0, 1 / lr], gradient/parameter units.

    Returns:
        beta in [0, 1), a number or a tensor like lr.

    Raises:
        ValueError: unless lr > 0, mu > 0 and lr * mu <= 1.

    Example:
        >>> momentum(1.0, 0.25)  # (1 - 1/2) / (1 + 1/2)
        0.3333333333333333
    """
    if not _all(lr > 0):
        raise ValueError(f"lr must be > 0, got {lr}")
    if not mu > 0:
        raise ValueError(f"mu must be > 0, got {mu}")
    if not _all(lr * mu <= 1):
        raise ValueError(f"lr * mu must be <= 1, got {lr * mu}")
    q = torch.sqrt(lr * mu) if torch.is_tensor(lr) else sqrt(lr * mu)
    return (1 - q) / (1 + q)  # (1.3)


def step(
    state: State, grad: Callable[[Tensor], Tensor], *, lr: float | Tensor, mu: float
) -> State:
    """Repeat a share of the last move, then step against the noisy gradient found there.

    Args:
        state: x and its last move v = x_k - x_{k-1}; `State.at_rest(x)` to begin.
        grad: gives a noisy gradient at a point; it is asked once, at y_k and not at x_k.
        lr: step size, in (0, 1 / L] for the theorems, parameter/gradient units; a tensor
            broadcasts against x.
        mu: smallest curvature, in (0, 1 / lr], gradient/parameter units.

    Returns:
        The next state; shapes, dtype and device of the old one.

    Raises:
        ValueError: unless lr > 0, mu > 0, lr * mu <= 1, and grad(y) has the shape of y.

    Example:
        >>> one = torch.ones(1)
        >>> step(State(x=one, v=-one), lambda y: y, lr=1.0, mu=1 / 9)  # beta = 1/2
        State(x=tensor([0.]), v=tensor([-1.]))

    Source:
        Y. Nesterov, 2004, constant scheme for strongly convex f, with noise in the gradient.
    """
    x, v = state
    beta = momentum(lr, mu)
    y = x + beta * v  # (1.1)
    g = grad(y)
    if g.shape != y.shape:
        want, got = tuple(y.shape), tuple(g.shape)
        raise ValueError(f"the gradient must have the shape of its point, {want}, got {got}")
    x_next = y - lr * g  # (1.2)
    return State(x_next, x_next - x)


def restart(state: State) -> State:
    """Stay at x and forget the last move.

    Args:
        state: where a stage ended.

    Returns:
        Where the next begins; shapes, dtype and device of the old one.

    Example:
        >>> restart(State(torch.tensor([2.0]), torch.tensor([1.0])))
        State(x=tensor([2.]), v=tensor([0.]))
    """
    return State.at_rest(state.x)  # (1.6)


def run(
    grad: Callable[[Tensor], Tensor], x0: Tensor, stages: Iterable[tuple[float | Tensor, int]],
    *, mu: float, restarts: bool = True,
) -> Run:
    """Walk through all stages and keep the path.

    Args:
        grad: gives a noisy gradient at a point; asked once per step.
        x0: the start, (*S,), parameter units.
        stages: (lr, steps) of each; one pair is the fixed step.
        mu: smallest curvature, as in `step`.
        restarts: forget the last move at a switch; False shows what that is for.

    Returns:
        The path, (n + 1, *S), and why it is shorter than the stages if it is: it ends before the
        first point that is not finite. Dtype and device of x0.

    Raises:
        ValueError: as `step` does.

    Example:
        >>> run(lambda y: y, torch.ones(1), [(0.5, 1), (1.0, 1)], mu=1.0).path.squeeze()
        tensor([1.0000, 0.5000, 0.0000])
    """
    state, path = State.at_rest(x0), [x0]
    for lr, steps in stages:
        state = restart(state) if restarts else state
        for _ in range(steps):
            state = step(state, grad, lr=lr, mu=mu)
            if not _finite(state.x):
                return Run(torch.stack(path), f"step {len(path)} is not finite")
            path.append(state.x)
    return Run(torch.stack(path), "")


def lyapunov(
    state: State, gap: Tensor, *, lr: float, mu: float, optimum: float | Tensor = 0.0
) -> Tensor:
    """Compute what shrinks at every noiseless step, though the height need not.

    Args:
        state: where the method stands, x and v (..., d).
        gap: f(x_k) - f*, (...), in units of f.
        lr: step size, in (0, 1 / L].
        mu: smallest curvature > 0.
        optimum: the lowest point, (d,) or 0.

    Returns:
        V, (...), in units of f; dtype and device of gap.

    Raises:
        ValueError: unless lr > 0, mu > 0 and lr * mu <= 1.

    Example:
        >>> at_rest = State.at_rest(torch.tensor([2.0]))
        >>> lyapunov(at_rest, torch.tensor(1.0), lr=0.1, mu=0.5)  # mu/2 x^2 + gap
        tensor(2.)

    Source:
        B. Hu, L. Lessard, 2017, as used by Aybat, Fallah, Gurbuzbalaban, Ozdaglar, 2019.

    Differs from the source:
        Written with the last move, b (x - x*) + (a - b) v, which is the same and keeps its digits.
    """
    momentum(lr, mu)  # refuses what it refuses
    a, b = sqrt(1 / (2 * lr)), sqrt(mu / 2)
    lead = b * (state.x - optimum) + (a - b) * state.v
    return (lead**2).sum(-1) + gap  # (1.7)


def lyapunov_bound(
    v: float | Tensor, *, lr: float, mu: float, L: float, variance: float = 0.0
) -> float | Tensor:
    """Bound the expected value of V after one more step.

    Args:
        v: V now, any shape, in units of f.
        lr: step size, in (0, 1 / L].
        mu: smallest curvature > 0.
        L: largest curvature, >= mu.
        variance: E |noise|^2 of one gradient, summed over coordinates.

    Returns:
        The bound, like v.

    Raises:
        ValueError: unless mu > 0, 0 < lr <= 1 / L.

    Example:
        >>> lyapunov_bound(8.0, lr=0.25, mu=1.0, L=4.0, variance=2.0)  # 8 / 2 + 2 / 4
        4.5
    """
    momentum(lr, mu)
    if lr * L > 1 + 1e-12:
        raise ValueError(f"lr must be <= 1 / L = {1 / L}, got {lr}")
    return (1 - sqrt(lr * mu)) * v + lr * variance * (1 + lr * L) / 2  # (1.8)


def _all(condition) -> bool:
    """Read a condition on a number, or on every entry of a tensor."""
    return condition if isinstance(condition, bool) else bool(condition.all())


def _finite(x: Tensor) -> bool:
    return x.is_meta or bool(x.isfinite().all())
