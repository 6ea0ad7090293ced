"""One network whose size is a weight, and a controller that makes a mask instead."""

from math import ceil

import torch
from torch import Tensor, nn

from gradcourse.methods.nimble.optimizer import NimbleAdam
from gradcourse.methods.nimble.sizes import ramp_mask, sigmoid_mask

__all__ = ["MaskController", "NimbleMLP"]


class NimbleMLP(nn.Module):
    """A hidden layer that trains how many neurons it has.

    With the ramp only the neurons that are open are computed, so a small network in a large
    capacity costs little; the sigmoid computes them all.

    Args:
        in_features: d >= 1.
        out_features: C >= 1.
        capacity: H >= 1, the most neurons there can be.
        mask: "ramp" (7.2) or "sigmoid" (7.3).
        softness: s > 0 of the sigmoid, neurons.
        start: N_0 in (0, H], neurons.
        clock: "global" or "birth", whose steps `optimizer` counts.
        spread: standard deviations of the first weights w, b and v.
        generator: source of the first weights; the default one if None.

    Returns:
        The module. Called on (..., d) it gives (..., C); called with a mask of its own, (H,), it
        uses that instead of its size.

    Raises:
        ValueError: for a number out of range, or an unknown mask or clock.

    Example:
        >>> net = NimbleMLP(1, 1, capacity=8, start=2.5, generator=torch.Generator())
        >>> net.neurons, net(torch.zeros(3, 1)).shape
        (3, torch.Size([3, 1]))

    Source:
        Radhakrishnan, Lindner, Miller, Sinha, Ditto, 2025, the auxiliary-weight algorithm.

    Differs from the source:
        The source feeds a constant 1 through a weight and an identity unit; here that weight is
        the parameter `size` itself. How it opens neurons is our reconstruction.
    """

    def __init__(self, in_features: int, out_features: int, capacity: int, *, mask: str = "ramp",
                 softness: float = 0.5, start: float = 0.5, clock: str = "global",
                 spread: tuple[float, float, float] = (1.5, 1.5, 0.3),
                 generator: torch.Generator | None = None):
        super().__init__()
        for name, number in (("in_features", in_features), ("out_features", out_features),
                             ("capacity", capacity)):
            if not number >= 1:
                raise ValueError(f"{name} must be >= 1, got {number}")
        if not 0 < start <= capacity:
            raise ValueError(f"start must be in (0, capacity = {capacity}], got {start}")
        if mask not in ("ramp", "sigmoid"):
            raise ValueError(f"mask must be 'ramp' or 'sigmoid', got {mask!r}")
        if clock not in ("global", "birth"):
            raise ValueError(f"clock must be 'global' or 'birth', got {clock!r}")
        self.mask, self.softness, self.clock, self.capacity = mask, softness, clock, capacity
        self.shares(torch.tensor(start), capacity)  # refuses what the mask refuses
        shapes = (capacity, in_features), (capacity,), (capacity, out_features)
        first = [sd * torch.randn(shape, generator=generator)
                 for sd, shape in zip(spread, shapes, strict=True)]
        self.weight, self.offset, self.out = map(nn.Parameter, first)  # w_j, b_j, v_j: a row each
        self.bias = nn.Parameter(torch.zeros(out_features))  # c
        self.size = nn.Parameter(torch.tensor(float(start)))  # N, neurons

    @property
    def neurons(self) -> int:
        """Count the neurons that take part at all: N rounded up, from 0 to the capacity."""
        return min(max(ceil(self.size.item()), 0), self.capacity)

    def shares(self, size: Tensor, capacity: int) -> Tensor:
        """Return the mask for a size."""
        if self.mask == "ramp":
            return ramp_mask(size, capacity)
        return sigmoid_mask(size, capacity, self.softness)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Predict from the neurons that are open."""
        k = self.neurons if self.mask == "ramp" and mask is None else self.capacity
        m = self.shares(self.size, k) if mask is None else mask
        h = torch.tanh(nn.functional.linear(x, self.weight[:k], self.offset[:k]))
        return self.bias + (h * m) @ self.out[:k]  # (7.1)

    def groups(self, lr: float, lr_size: float) -> list[dict]:
        """Return parameter groups for any torch optimizer: the weights, and the size apart."""
        weights = [self.weight, self.offset, self.out, self.bias]
        return [{"params": weights, "lr": lr}, {"params": [self.size], "lr": lr_size}]

    def optimizer(self, lr: float, lr_size: float) -> torch.optim.Optimizer:
        """Return Adam with the clock this network was made with."""
        make = torch.optim.Adam if self.clock == "global" else NimbleAdam
        return make(self.groups(lr, lr_size), lr=lr)

    @torch.no_grad()
    def keep_within(self, low: float = 0.5) -> None:
        """Bring the size back between low and the capacity, after a step."""
        self.size.clamp_(low, self.capacity)


class MaskController(nn.Module):
    """A controller that gives each neuron a share of its own, from what it is told.

    Args:
        capacity: H >= 1.
        in_features: how many numbers it is told, such as the step and the loss; 0 for none.
        start: the share each neuron begins with, in (0, 1).

    Returns:
        The module. Called on (in_features,), or on nothing, it gives shares (H,) in (0, 1).

    Raises:
        ValueError: for a number out of range.

    Example:
        >>> MaskController(3, start=0.5)()
        tensor([0.5000, 0.5000, 0.5000], grad_fn=<SigmoidBackward0>)

    Source:
        Radhakrishnan, Lindner, Miller, Sinha, Ditto, 2025, the controller-mask algorithm.

    Differs from the source:
        The source leaves the controller open; this is the smallest one, linear and a sigmoid.
    """

    def __init__(self, capacity: int, in_features: int = 0, start: float = 0.5):
        super().__init__()
        if not capacity >= 1:
            raise ValueError(f"capacity must be >= 1, got {capacity}")
        if not in_features >= 0:
            raise ValueError(f"in_features must be >= 0, got {in_features}")
        if not 0 < start < 1:
            raise ValueError(f"start must be in (0, 1), got {start}")
        first = torch.full((capacity,), float(start)).logit()
        self.logits = nn.Parameter(first)
        self.weight = nn.Parameter(torch.zeros(capacity, in_features)) if in_features else None

    def forward(self, told: Tensor | None = None) -> Tensor:
        """Give each neuron its share."""
        logits = self.logits
        if self.weight is not None:
            logits = logits + self.weight @ told
        return logits.sigmoid()  # (7.9)
