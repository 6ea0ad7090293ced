"""One step of each kind, and a whole match."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Match", "Memory", "Players", "alternating_gda", "extragradient", "optimistic_gda",
           "play", "simultaneous_gda"]
Gradients = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]  # (x, y) -> (K_x, K_y)


class Players(NamedTuple):
    """Where the two stand."""

    x: Tensor  # the minimiser, (*S,), parameter units
    y: Tensor  # the maximiser, (*T,), its own parameter units


class Memory(NamedTuple):
    """Where the two stand, and the gradients of the step before."""

    x: Tensor  # the minimiser, (*S,), parameter units
    y: Tensor  # the maximiser, (*T,), its own parameter units
    gx: Tensor  # K_x one step ago, like x, payoff/parameter units
    gy: Tensor  # K_y one step ago, like y, payoff/parameter units

    @classmethod
    def at_rest(cls, x: Tensor, y: Tensor, grad: Gradients) -> "Memory":
        """Start with the gradients of the start, so that the first step is a plain one."""
        return cls(x, y, *grad(x, y))


class Match(NamedTuple):
    """A path of both players, and why it ends early if it does."""

    x: Tensor  # x_0, x_1, ..., (n + 1, *S)
    y: Tensor  # y_0, y_1, ..., (n + 1, *T)
    stopped: str  # "" or the reason


def simultaneous_gda(
    state: Players, grad: Gradients, *, h: float | Tensor, eta: float | Tensor
) -> Players:
    """Let both players step from the same old point.

    Args:
        state: x and y.
        grad: gives (K_x, K_y) at a point; asked once.
        h: x's step, > 0, parameter/gradient units; a tensor broadcasts.
        eta: y's step over x's, > 0; a tensor broadcasts.

    Returns:
        The next state; shapes, dtype and device of the old one.

    Raises:
        ValueError: unless h > 0 and eta > 0.

    Example:
        >>> bilinear = lambda x, y: (y, x)  # K = x y
        >>> one = torch.ones(1)
        >>> simultaneous_gda(Players(one, one), bilinear, h=0.5, eta=2.0)
        Players(x=tensor([0.5000]), y=tensor([2.]))
    """
    _check(h, eta)
    x, y = state
    gx, gy = grad(x, y)
    return Players(x - h * gx, y + eta * h * gy)  # (3.2)


def alternating_gda(
    state: Players, grad: Gradients, *, h: float | Tensor, eta: float | Tensor
) -> Players:
    """Let x step first, and y answer to where x is now.

    Args:
        state: x and y.
        grad: gives (K_x, K_y) at a point; asked twice.
        h: x's step, > 0; a tensor broadcasts.
        eta: y's step over x's, > 0; a tensor broadcasts.

    Returns:
        The next state; shapes, dtype and device of the old one.

    Raises:
        ValueError: unless h > 0 and eta > 0.

    Example:
        >>> bilinear = lambda x, y: (y, x)
        >>> one = torch.ones(1)
        >>> alternating_gda(Players(one, one), bilinear, h=0.5, eta=2.0)
        Players(x=tensor([0.5000]), y=tensor([1.5000]))
    """
    _check(h, eta)
    x = state.x - h * grad(*state)[0]
    return Players(x, state.y + eta * h * grad(x, state.y)[1])  # (3.13)


def extragradient(
    state: Players, grad: Gradients, *, h: float | Tensor, eta: float | Tensor
) -> Players:
    """Look where a simultaneous step would land, and step with the gradients found there.

    Args:
        state: x and y.
        grad: gives (K_x, K_y) at a point; asked twice.
        h: x's step, > 0; a tensor broadcasts.
        eta: y's step over x's, > 0; a tensor broadcasts.

    Returns:
        The next state; shapes, dtype and device of the old one.

    Raises:
        ValueError: unless h > 0 and eta > 0.

    Example:
        >>> bilinear = lambda x, y: (y, x)
        >>> one = torch.ones(1)
        >>> extragradient(Players(one, one), bilinear, h=0.5, eta=1.0)  # there: (1/2, 3/2)
        Players(x=tensor([0.2500]), y=tensor([1.2500]))

    Source:
        G. Korpelevich, 1976.
    """
    there = grad(*simultaneous_gda(state, grad, h=h, eta=eta))
    return Players(state.x - h * there[0], state.y + eta * h * there[1])  # (3.14)


def optimistic_gda(
    state: Memory, grad: Gradients, *, h: float | Tensor, eta: float | Tensor
) -> Memory:
    """Step with twice the gradient minus the one before: a guess of the next one.

    Args:
        state: x, y and the last gradients; `Memory.at_rest(x, y, grad)` to begin.
        grad: gives (K_x, K_y) at a point; asked once.
        h: x's step, > 0; a tensor broadcasts.
        eta: y's step over x's, > 0; a tensor broadcasts.

    Returns:
        The next state; shapes, dtype and device of the old one.

    Raises:
        ValueError: unless h > 0 and eta > 0.

    Example:
        >>> bilinear = lambda x, y: (y, x)
        >>> one, zero = torch.ones(1), torch.zeros(1)
        >>> optimistic_gda(Memory(one, one, zero, zero), bilinear, h=0.5, eta=1.0)[:2]
        (tensor([0.]), tensor([2.]))

    Source:
        L. Popov, 1980.
    """
    _check(h, eta)
    x, y, before_x, before_y = state
    gx, gy = grad(x, y)
    x = x - h * (2 * gx - before_x)  # (3.15)
    return Memory(x, y + eta * h * (2 * gy - before_y), gx, gy)  # (3.15)


def play(
    step: Callable, grad: Gradients, x: Tensor, y: Tensor, steps: int, *,
    h: float | Tensor, eta: float | Tensor,
) -> Match:
    """Play a whole match and keep the path.

    Args:
        step: one of the four steps.
        grad: gives (K_x, K_y) at a point.
        x: the minimiser's start, (*S,).
        y: the maximiser's start, (*T,).
        steps: how many, >= 0.
        h: x's step, > 0; a tensor broadcasts.
        eta: y's step over x's, > 0; a tensor broadcasts.

    Returns:
        Both paths, (steps + 1, ...), shorter if a step is not finite; dtype and device of x and y.

    Raises:
        ValueError: unless steps >= 0, h > 0 and eta > 0.

    Example:
        >>> one = torch.ones(1)
        >>> play(simultaneous_gda, lambda x, y: (y, x), one, one, 2, h=0.5, eta=1.0).x.squeeze()
        tensor([ 1.0000,  0.5000, -0.2500])
    """
    if not steps >= 0:
        raise ValueError(f"steps must be >= 0, got {steps}")
    state = Memory.at_rest(x, y, grad) if step is optimistic_gda else Players(x, y)
    path = [state[:2]]
    for k in range(steps):
        state = step(state, grad, h=h, eta=eta)
        if not (_finite(state.x) and _finite(state.y)):
            return Match(*map(torch.stack, zip(*path, strict=True)), f"step {k + 1} is not finite")
        path.append(state[:2])
    return Match(*map(torch.stack, zip(*path, strict=True)), "")


def _check(h, eta) -> None:
    for name, value in (("h", h), ("eta", eta)):
        good = value > 0
        if not (good if isinstance(good, bool) else good.is_meta or bool(good.all())):
            raise ValueError(f"{name} must be > 0, got {value}")


def _finite(x: Tensor) -> bool:
    return x.is_meta or bool(x.isfinite().all())
