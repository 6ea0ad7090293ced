"""How a size opens neurons, what it costs, what pulls at it, and the paths it can take."""

from math import sqrt

import torch
from torch import Tensor

__all__ = ["open_loop_size", "ramp_mask", "sigmoid_mask", "size_gradient", "size_loss",
           "size_path"]


def ramp_mask(size: Tensor, capacity: int) -> Tensor:
    """Open the neurons one at a time: whole ones, then one in part, then none.

    Args:
        size: N, any shape (...), neurons.
        capacity: number of neurons H >= 0 there are.

    Returns:
        The share of each neuron, (..., H), in [0, 1]; dtype and device of size. The gradient at a
        whole number is that from below: of the neuron that has just become whole.

    Raises:
        ValueError: if capacity < 0.

    Example:
        >>> ramp_mask(torch.tensor(2.25), 4)
        tensor([1.0000, 1.0000, 0.2500, 0.0000])
    """
    return (size[..., None] - numbers(size, capacity)).clamp(max=1).relu()  # (7.2)


def sigmoid_mask(size: Tensor, capacity: int, softness: float = 0.5) -> Tensor:
    """Open the neurons softly: those near the size are all partly open.

    Args:
        size: N, any shape (...), neurons.
        capacity: number of neurons H >= 0 there are.
        softness: s > 0, neurons; towards 0 it becomes a step, half a neuron before each integer.

    Returns:
        The share of each neuron, (..., H), in (0, 1); dtype and device of size.

    Raises:
        ValueError: if capacity < 0 or softness is not > 0.

    Example:
        >>> sigmoid_mask(torch.tensor(1.5), 3, softness=0.5)
        tensor([0.8808, 0.5000, 0.1192])
    """
    _check_positive(softness=softness)
    return ((size[..., None] - numbers(size, capacity) - 0.5) / softness).sigmoid()  # (7.3)


def size_loss(size: Tensor, *, target: float | None = None, price: float | None = None) -> Tensor:
    """Compute what a size costs, by its distance from a target or by the neuron.

    Args:
        size: N, any shape, neurons.
        target: N*, neurons; the cost is (N - N*)^2, in neurons squared.
        price: the cost of one neuron, > 0; the cost is price * N.

    Returns:
        The cost, like size. The caller multiplies it by its weight lam, in nats or units of the
        task's loss per unit of cost.

    Raises:
        ValueError: unless exactly one of target and price is given, and price > 0.

    Example:
        >>> size_loss(torch.tensor(2.5), target=4.0), size_loss(torch.tensor(2.5), price=1.0)
        (tensor(2.2500), tensor(2.5000))
    """
    if (target is None) == (price is None):
        raise ValueError(f"give target or price, not both or none, got target={target} and "
                         f"price={price}")
    if price is None:
        return (size - target) ** 2  # (7.4)
    _check_positive(price=price)
    return price * size  # (7.5)


def size_gradient(slopes: Tensor, hidden: Tensor, out: Tensor, residual: Tensor) -> Tensor:
    """Compute the task's pull at the size.

    Args:
        slopes: m_j'(N), (H,); for the ramp 1 for the one neuron that is partly open.
        hidden: h_j of each example, (n, H).
        out: output weights v_j, (H, C).
        residual: d task / d y of each example, (n, C), with the 1 / n of a mean inside.

    Returns:
        d task / dN, (), units of the task's loss per neuron; dtype and device of hidden.

    Raises:
        ValueError: if the shapes do not fit.

    Example:
        >>> one = torch.ones(1, 1)  # one example, one neuron, one output
        >>> size_gradient(torch.ones(1), 0.5 * one, 3 * one, 2 * one)
        tensor(3.)
    """
    (n, H), C = hidden.shape, out.shape[-1]
    if slopes.shape != (H,) or out.shape != (H, C) or residual.shape != (n, C):
        raise ValueError(f"shapes must be (H,), (n, H), (H, C), (n, C), got {tuple(slopes.shape)}, "
                         f"{tuple(hidden.shape)}, {tuple(out.shape)}, {tuple(residual.shape)}")
    return slopes @ ((hidden.T @ residual) * out).sum(-1)  # (7.6)


def open_loop_size(step: float | Tensor, start: float, target: float, steps: int) -> float | Tensor:
    """Grow by the clock: a size that rises evenly and learns nothing.

    Args:
        step: k, the number of steps taken, >= 0; a number or a tensor.
        start: N_0, neurons.
        target: N*, neurons.
        steps: K >= 1, when the target is reached; it stays there.

    Returns:
        N(k), neurons, a number or a tensor like step.

    Raises:
        ValueError: if steps < 1.

    Example:
        >>> [open_loop_size(k, 0.5, 6.5, 300) for k in (0, 100, 300, 900)]
        [0.5, 2.5, 6.5, 6.5]
    """
    if not steps >= 1:
        raise ValueError(f"steps must be >= 1, got {steps}")
    share = step / steps
    share = share.clamp(max=1) if torch.is_tensor(share) else min(share, 1.0)
    return start + (target - start) * share  # (7.8)


def size_path(
    lr: float, steps: int, start: float, target: float, *,
    betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
    drop: tuple[float, float] = (1.0, 1.0),
) -> list[float]:
    """Follow Adam on the size loss alone: no data, no network. The weight lam cancels.

    Args:
        lr: step size > 0 of N, neurons per step.
        steps: how many, >= 0.
        start: N_0, neurons.
        target: N*, neurons.
        betas: Adam's shares of old averages, each in [0, 1).
        eps: Adam's epsilon >= 0, with lam = 1; with it, lam cancels up to eps / lam.
        drop: from this share of the steps on, lr is multiplied by the second number.

    Returns:
        N_0, N_1, ..., steps + 1 numbers.

    Raises:
        ValueError: unless lr > 0, steps >= 0 and betas are in [0, 1).

    Example:
        >>> [round(n, 4) for n in size_path(1.0, 2, 0.5, 6.0)]  # lr a step, then slower
        [0.5, 1.5, 2.4898]
    """
    _check_positive(lr=lr)
    if not steps >= 0:
        raise ValueError(f"steps must be >= 0, got {steps}")
    check_betas(betas)
    (b1, b2), N, M, V, path = betas, start, 0.0, 0.0, [start]
    for k in range(1, steps + 1):
        g = 2 * (N - target)
        M, V = b1 * M + (1 - b1) * g, b2 * V + (1 - b2) * g**2
        rate = lr * (drop[1] if k > drop[0] * steps else 1.0)
        N = N - rate * (M / (1 - b1**k)) / (sqrt(V / (1 - b2**k)) + eps)  # (7.7)
        path.append(N)
    return path


def check_betas(betas) -> None:
    """Refuse shares outside [0, 1)."""
    for beta in betas:
        if not 0 <= beta < 1:
            raise ValueError(f"betas must be in [0, 1), got {betas}")


def _check_positive(**given) -> None:
    for name, value in given.items():
        if not value > 0:
            raise ValueError(f"{name} must be > 0, got {value}")


def numbers(size: Tensor, capacity: int) -> Tensor:
    """Number the neurons from 0."""
    if not capacity >= 0:
        raise ValueError(f"capacity must be >= 0, got {capacity}")
    return torch.arange(capacity, dtype=size.dtype, device=size.device)
