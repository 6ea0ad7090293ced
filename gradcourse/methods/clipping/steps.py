"""Cut a gradient to size, and how the size should grow."""

from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["State", "acclip_step", "clip_bounds", "clip_coordinates", "clip_norm", "rate_exponent",
           "threshold"]


class State(NamedTuple):
    """Where ACClip stands."""

    x: Tensor  # iterate x_k, (*S,), parameter units
    m: Tensor  # running average of the gradients, (*S,), gradient units
    s: Tensor  # running average of |g|^alpha, (*S,), gradient units to the power alpha

    @classmethod
    def at_rest(cls, x: Tensor) -> "State":
        """Start at x with nothing to remember."""
        return cls(x, torch.zeros_like(x), torch.zeros_like(x))


def clip_norm(g: Tensor, tau: float | Tensor) -> Tensor:
    """Shorten every gradient that is longer than tau, and keep its direction.

    Args:
        g: gradients, (..., d), gradient units; each row of d numbers is one gradient.
        tau: largest length > 0, gradient units; inf cuts nothing; a tensor broadcasts
            against (...).

    Returns:
        The gradients, none longer than tau; shape, dtype and device of g.

    Raises:
        ValueError: unless tau > 0.

    Example:
        >>> clip_norm(torch.tensor([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]]), 1.0)
        tensor([[0.6000, 0.8000],
                [0.3000, 0.4000],
                [0.0000, 0.0000]])

    Differs from the source:
        A gradient of zero gives zero, where tau / |g| has no value.
    """
    _check_positive(tau=tau)
    length = torch.linalg.vector_norm(g, dim=-1, keepdim=True)
    tau = torch.as_tensor(tau, dtype=g.dtype, device=g.device)[..., None]
    return g * (tau / length).clamp(max=1)  # (2.1)


def clip_coordinates(g: Tensor, tau: float | Tensor) -> Tensor:
    """Cut every coordinate that is larger in size than tau; this may turn the gradient.

    Args:
        g: gradients, any shape, gradient units.
        tau: largest size > 0, gradient units; a tensor broadcasts against g, inf cuts nothing.

    Returns:
        The gradients with no coordinate beyond tau; shape, dtype and device of g.

    Raises:
        ValueError: unless tau > 0.

    Example:
        >>> clip_coordinates(torch.tensor([3.0, -4.0, 0.5]), 1.0)
        tensor([ 1.0000, -1.0000,  0.5000])
    """
    _check_positive(tau=tau)
    tau = torch.as_tensor(tau, dtype=g.dtype, device=g.device)
    return torch.minimum(torch.maximum(g, -tau), tau)  # (2.2)


def clip_bounds(
    tau: float | Tensor, *, alpha: float, moment: float | Tensor
) -> tuple[float | Tensor, float | Tensor]:
    """Bound what cutting at tau does to the mean and to the second moment of a gradient.

    Args:
        tau: threshold > 0, gradient units; a tensor gives several at once.
        alpha: the noise has a finite moment of this order, in (1, 2].
        moment: E |g|^alpha, that is G^alpha, gradient units to the power alpha.

    Returns:
        Largest |E cut(g) - E g| in gradient units, largest E |cut(g)|^2 in their square, like tau.

    Raises:
        ValueError: unless tau > 0 and 1 < alpha <= 2.

    Example:
        >>> clip_bounds(4.0, alpha=1.5, moment=6.0)  # 6 / sqrt 4 and 6 * sqrt 4
        (3.0, 12.0)
    """
    _check_positive(tau=tau)
    _check_alpha(alpha)
    bias = moment * tau ** (1 - alpha)  # (2.4)
    second = moment * tau ** (2 - alpha)  # (2.5)
    return bias, second


def threshold(k: float | Tensor, *, alpha: float, scale: float = 1.0) -> float | Tensor:
    """Give the threshold of step k that balances bias and variance on a strongly convex f.

    Args:
        k: step, 1, 2, ...; a tensor gives all at once.
        alpha: the noise has a finite moment of this order, in (1, 2].
        scale: threshold of step 1 > 0, gradient units.

    Returns:
        scale * k^(1 / alpha), like k.

    Raises:
        ValueError: unless 1 < alpha <= 2 and scale > 0.

    Example:
        >>> threshold(100, alpha=2.0, scale=3.0)
        30.0
    """
    _check_alpha(alpha)
    _check_positive(scale=scale)
    return scale * k ** (1 / alpha)  # (2.6)


def rate_exponent(alpha: float) -> float:
    """Give the power of K with which the mean squared error falls under that threshold.

    Args:
        alpha: the noise has a finite moment of this order, in (1, 2].

    Returns:
        -2 (alpha - 1) / alpha: -1 at alpha = 2, and 0 as alpha falls to 1.

    Raises:
        ValueError: unless 1 < alpha <= 2.

    Example:
        >>> rate_exponent(2.0), rate_exponent(1.25)
        (-1.0, -0.4)
    """
    _check_alpha(alpha)
    return -2 * (alpha - 1) / alpha  # (2.7)


def acclip_step(
    state: State, g: Tensor, *, lr: float | Tensor, betas: tuple[float, float] = (0.9, 0.99),
    alpha: float = 1.0, eps: float = 0.0,
) -> State:
    """Average the gradients, cut the average where it exceeds what gradients usually are.

    Args:
        state: x and its two averages; `State.at_rest(x)` to begin.
        g: the gradient at state.x, same shape.
        lr: step size > 0, parameter/gradient units; a tensor broadcasts against x.
        betas: shares of the old averages that are kept, for m and for s, each in [0, 1).
        alpha: power > 0 of the second average; 1 is the most careful that is used.
        eps: added to |m| before dividing, >= 0, gradient units.

    Returns:
        The next state; shapes, dtype and device of the old one.

    Raises:
        ValueError: unless lr > 0, betas are in [0, 1), alpha > 0, eps >= 0, and g has x's shape.

    Example:
        >>> one = torch.ones(1)
        >>> acclip_step(State.at_rest(one), one, lr=1.0, betas=(0.5, 0.75))
        State(x=tensor([0.7500]), m=tensor([0.5000]), s=tensor([0.2500]))

    Differs from the source:
        eps is 0 unless asked for: the cut below never divides by zero. Nothing corrects the start
        from zero, as in the source, so the first step cuts every coordinate if betas[1] > betas[0].
    """
    check_settings(lr, betas, alpha, eps)
    x, m, s = state
    if g.shape != x.shape:
        raise ValueError(f"g must have the shape of x, {tuple(x.shape)}, got {tuple(g.shape)}")
    m = betas[0] * m + (1 - betas[0]) * g  # (2.8)
    s = betas[1] * s + (1 - betas[1]) * g.abs() ** alpha  # (2.9)
    tau = s ** (1 / alpha)
    return State(x - lr * cut(m, tau, eps), m, s)  # (2.10)


def cut(m: Tensor, tau: Tensor, eps: float = 0.0) -> Tensor:
    """Cut m to size tau: min(tau / (|m| + eps), 1) m, which is a clamp when eps = 0."""
    if eps == 0:
        return torch.minimum(torch.maximum(m, -tau), tau)
    return (tau / (m.abs() + eps)).clamp(max=1) * m


def check_settings(lr, betas, alpha, eps) -> None:
    """Refuse settings of ACClip that mean nothing."""
    _check_positive(lr=lr, alpha=alpha)
    for beta in betas:
        if not 0 <= beta < 1:
            raise ValueError(f"betas must be in [0, 1), got {beta}")
    if not eps >= 0:
        raise ValueError(f"eps must be >= 0, got {eps}")


def _check_alpha(alpha: float) -> None:
    if not 1 < alpha <= 2:
        raise ValueError(f"alpha must be in (1, 2], got {alpha}")


def _check_positive(**numbers) -> None:
    for name, value in numbers.items():
        if torch.is_tensor(value) and value.is_meta:
            continue
        if not (bool((value > 0).all()) if torch.is_tensor(value) else value > 0):
            raise ValueError(f"{name} must be > 0, got {value}")
