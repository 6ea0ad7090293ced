"""Training a crowd: Adam on the weights and the size, by either clock, or by an open loop."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from gradcourse.methods.nimble.crowd import Crowd, backward, mask_of, open_count, prepared
from gradcourse.methods.nimble.sizes import check_betas, size_loss

__all__ = ["Trained", "train"]


class Trained(NamedTuple):
    """What training leaves."""

    crowd: Crowd  # the networks at the end
    sizes: Tensor  # N before each step and at the end, (steps + 1, R), neurons
    losses: Tensor  # the task's loss before each step, (steps, R), nats or squared output


@torch.no_grad()
def train(
    crowd: Crowd, x: Tensor | Callable, y: Tensor | None = None, *, steps: int,
    lr: float | Tensor, lr_size: float | Tensor = 0.0, weight: float | Tensor = 0.1,
    target: float | None = None, price: float | None = None, schedule: Callable | None = None,
    loss: str = "squared", softness: float = 0.0, clock: str = "global",
    low: float = 0.5, drop: tuple[float, float] = (1.0, 1.0),
    betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
) -> Trained:
    """Train many networks at once.

    Args:
        crowd: R networks.
        x: inputs, (n, d) or (R, n, d); or a function of the step that returns x and y.
        y: targets, as in `gradient`.
        steps: how many, >= 0.
        lr: step size >= 0 of the weights; a number or (R,).
        lr_size: step size >= 0 of N, neurons per step; a number or (R,). 0 keeps the size.
        weight: lam >= 0, what the size loss weighs; a number or (R,).
        target: N* of the size loss (7.4); or
        price: the cost per neuron of the size loss (7.5); neither: no size loss.
        schedule: size before step k = 0, 1, ..., instead of learning it: an open loop.
        loss: as in `gradient`.
        softness: as in `predict`.
        clock: "global" counts steps for all, "birth" counts them for each neuron since it woke.
        low: the size is kept at low or above; -inf lets it fall. Its upper bound is H.
        drop: from this share of the steps on, lr and lr_size are multiplied by the second number.
        betas: Adam's shares of old averages, each in [0, 1).
        eps: Adam's epsilon >= 0.

    Returns:
        The networks, the path of sizes, and of losses. A neuron that is closed keeps its weights
        and averages.

    Raises:
        ValueError: for a number out of range, or an unknown clock or loss.

    Example:
        >>> from gradcourse.methods.nimble import born
        >>> x = torch.linspace(-1, 1, 9, dtype=torch.float64)[:, None]
        >>> run = train(born([0], 1, 1, 4), x, x, steps=3, lr=0.1, lr_size=0.5, target=2.0)
        >>> run.sizes.shape, run.losses.shape
        (torch.Size([4, 1]), torch.Size([3, 1]))

    Source:
        Radhakrishnan, Lindner, Miller, Sinha, Ditto, 2025; D. Kingma, J. Ba, 2015.

    Differs from the source:
        The optimiser and its clock are not in the source.
    """
    _check(steps, lr, lr_size, clock, betas)
    (R, H, _), C = crowd.neurons.shape, crowd.bias.shape[-1]
    flat = torch.cat([crowd.size[:, None], crowd.bias, crowd.neurons.flatten(1)], 1)
    adam = _Adam(flat, _rates(flat, lr, lr_size, schedule), betas, eps, clock)
    awake = torch.ones_like(flat)  # 1 for each column that may move
    sizes, losses, fixed = [], [], None if callable(x) else prepared(x, y, loss, C)
    for k in range(steps):
        if schedule is not None:
            flat[:, 0] = schedule(k)
        now = _view(flat, H, C)
        count = open_count(now.size, H, softness)
        data = fixed or prepared(*x(k), loss, C)
        masks = mask_of(now.size, count, softness)
        value, g, (bias, pull) = backward(now, *data, loss, *masks)
        if target is not None or price is not None:
            pull = pull + weight * _slope(now.size, target, price)
        sizes.append(now.size.clone())
        losses.append(value)
        g = torch.cat([pull[:, None], bias, g.flatten(1)], 1)
        _view(awake, H, C).neurons[:, :count] = (masks[0] > 0)[..., None]
        adam.step(flat, g, awake[:, :g.shape[1]], drop[1] if k >= drop[0] * steps else 1.0)
        flat[:, 0].clamp_(low, H)
    if schedule is not None:
        flat[:, 0] = schedule(steps)
    sizes.append(flat[:, 0].clone())
    empty = flat.new_zeros(0, R)
    done = Crowd(*(part.clone() for part in _view(flat, H, C)))
    return Trained(done, torch.stack(sizes), torch.stack(losses) if losses else empty)


class _Adam:
    """Adam on rows [N | c | neuron 0 | neuron 1 | ...] of which only the first are awake."""

    def __init__(self, flat, rates, betas, eps, clock):
        self.m, self.v, self.rates = torch.zeros_like(flat), torch.zeros_like(flat), rates
        self.betas, self.eps, self.k = betas, eps, 0
        self.age = torch.zeros_like(flat) if clock == "birth" else None

    def step(self, flat, g, awake, factor):
        """Move what is awake; the rest keeps place and averages."""
        n, (b1, b2) = g.shape[1], self.betas
        m, v = self.m[:, :n], self.v[:, :n]
        self.k += 1
        a = self.k
        if self.age is not None:
            a = self.age[:, :n].add_(awake).clamp(min=1)
        m.lerp_(g, (1 - b1) * awake)
        v.lerp_(g * g, (1 - b2) * awake)
        root = (v / (1 - b2**a)).sqrt_().add_(self.eps)
        rates = self.rates[:, :n] * awake * (factor / (1 - b1**a))
        flat[:, :n].sub_(rates * m / root)  # (7.7)


def _rates(flat, lr, lr_size, schedule):
    """Give every column its step size; a size that is scheduled has none."""
    rates = torch.as_tensor(lr, dtype=flat.dtype, device=flat.device).reshape(-1, 1)
    rates = rates.expand_as(flat).clone()
    rates[:, 0] = 0.0 if schedule is not None else torch.as_tensor(lr_size, dtype=flat.dtype)
    return rates


def _view(flat, H, C):
    return Crowd(flat[:, 1 + C:].unflatten(1, (H, -1)), flat[:, 1:1 + C], flat[:, 0])


def _slope(size, target, price):
    """Differentiate `size_loss`, after it has refused what it refuses."""
    size_loss(size, target=target, price=price)
    return 2 * (size - target) if price is None else torch.full_like(size, price)


def _check(steps, lr, lr_size, clock, betas):
    if not steps >= 0:
        raise ValueError(f"steps must be >= 0, got {steps}")
    for name, rate in (("lr", lr), ("lr_size", lr_size)):
        lowest = float(torch.as_tensor(rate).min())
        if not lowest >= 0:
            raise ValueError(f"{name} must be >= 0, got {lowest}")
    if clock not in ("global", "birth"):
        raise ValueError(f"clock must be 'global' or 'birth', got {clock!r}")
    check_betas(betas)
