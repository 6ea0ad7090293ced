"""Many networks at once: one batched matmul serves them all, and only open neurons are computed.

A neuron is one row: the weights of its d inputs, its bias, its C output weights.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from gradcourse.methods.nimble.sizes import numbers, ramp_mask, sigmoid_mask

__all__ = ["Crowd", "born", "gradient", "predict", "prune"]


class Crowd(NamedTuple):
    """R networks of one capacity."""

    neurons: Tensor  # rows w_j, b_j, v_j, (R, H, d + 1 + C)
    bias: Tensor  # c, (R, C), units of the output
    size: Tensor  # N, (R,), neurons


def born(
    seeds: Sequence[int], in_features: int, out_features: int, capacity: int, *,
    start: float | Tensor = 0.5, spread: tuple[float, float, float] = (1.5, 1.5, 0.3),
    dtype: torch.dtype = torch.float64, device: str | torch.device = "cpu",
) -> Crowd:
    """Draw networks, one a seed; the same seed gives the same neurons in any crowd.

    Args:
        seeds: one whole number a network.
        in_features: d >= 1.
        out_features: C >= 1.
        capacity: H >= 1.
        start: N_0, neurons; a number or (R,).
        spread: standard deviations of w, b and v.
        dtype: of all tensors.
        device: of all tensors; the draws are made on the CPU.

    Returns:
        The crowd, with c = 0.

    Raises:
        ValueError: if a number is out of range.

    Example:
        >>> born([0, 1], 1, 1, 8).neurons.shape
        torch.Size([2, 8, 3])
    """
    widths = in_features, 1, out_features
    for name, number in (("in_features", in_features), ("out_features", out_features),
                         ("capacity", capacity)):
        if not number >= 1:
            raise ValueError(f"{name} must be >= 1, got {number}")
    rows = []
    for seed in seeds:
        g = torch.Generator().manual_seed(seed)
        rows.append(torch.cat([sd * torch.randn(capacity, n, generator=g, dtype=torch.float64)
                               for sd, n in zip(spread, widths, strict=True)], 1))
    neurons = torch.stack(rows).to(device=device, dtype=dtype)
    size = torch.as_tensor(start, dtype=dtype, device=device).expand(len(rows)).clone()
    return Crowd(neurons, neurons.new_zeros(len(rows), out_features), size)


def predict(
    crowd: Crowd, x: Tensor, *, softness: float = 0.0, mask: Tensor | None = None
) -> Tensor:
    """Compute what each network says: the reference form, all neurons, for autograd.

    Args:
        crowd: R networks.
        x: inputs, (n, d) for all or (R, n, d).
        softness: 0 for the ramp (7.2), s > 0 for the sigmoid (7.3), neurons.
        mask: shares (R, H) to use instead.

    Returns:
        Outputs, (R, n, C); dtype and device of the crowd.

    Raises:
        ValueError: if softness < 0.

    Example:
        >>> crowd = born([0], 1, 1, 4)
        >>> predict(crowd, torch.zeros(5, 1, dtype=torch.float64)).shape
        torch.Size([1, 5, 1])
    """
    (_, H, width), C = crowd.neurons.shape, crowd.bias.shape[-1]
    w, b, v = crowd.neurons.split([width - 1 - C, 1, C], -1)
    m = mask_of(crowd.size, H, softness)[0] if mask is None else mask
    h = torch.tanh(x @ w.mT + b.mT)
    return crowd.bias[:, None] + (h * m[:, None]) @ v  # (7.1)


@torch.no_grad()
def gradient(
    crowd: Crowd, x: Tensor, y: Tensor, *, loss: str = "squared", softness: float = 0.0
) -> tuple[Tensor, Crowd]:
    """Compute every network's loss and gradient by hand, from its open neurons only.

    Args:
        crowd: R networks.
        x: inputs, (n, d) for all or (R, n, d).
        y: targets, (n, C) or (R, n, C); for "softmax" classes, (n,) or (R, n), int64.
        loss: "squared" (mean over examples and outputs), "logistic" (C = 1, y in {0, 1}, nats) or
            "softmax" (nats).
        softness: as in `predict`.

    Returns:
        The task's loss of each network, (R,), and its gradient in a crowd's form. Neurons that are
        closed get 0. Equal to autograd through `predict`.

    Raises:
        ValueError: if the loss is unknown or softness < 0.

    Example:
        >>> one = torch.ones(1, 1)
        >>> crowd = Crowd(torch.tensor([[[0.0, 0.0, 2.0]]]), torch.zeros(1, 1), torch.ones(1))
        >>> value, g = gradient(crowd, one, one)  # y = 0, target 1: residual -2
        >>> value, g.bias, g.neurons  # the neuron is silent: only its input weights are pulled
        (tensor([1.]), tensor([[-2.]]), tensor([[[-4., -4.,  0.]]]))
    """
    columns, answers = prepared(x, y, loss, crowd.bias.shape[-1])
    k = open_count(crowd.size, crowd.neurons.shape[1], softness)
    masks = mask_of(crowd.size, k, softness)
    value, g, slope = backward(crowd, columns, answers, loss, *masks)
    full = torch.zeros_like(crowd.neurons)
    full[:, :k] = g
    return value, Crowd(full, slope[0], slope[1])


def prune(crowd: Crowd, x: Tensor, keep: int) -> Crowd:
    """Keep the neurons that move the output most, in their old order.

    Args:
        crowd: R networks whose neurons are all open.
        x: inputs to judge by, (n, d) or (R, n, d).
        keep: how many, 1 to H.

    Returns:
        Networks of capacity and size `keep`.

    Raises:
        ValueError: if keep is out of range.

    Example:
        >>> row = [[1.0, 0.0, 3.0], [1.0, 0.0, -5.0], [0.0, 9.0, 7.0]]  # the last is constant
        >>> crowd = Crowd(torch.tensor([row]), torch.zeros(1, 1), torch.tensor([3.0]))
        >>> prune(crowd, torch.tensor([[-1.0], [1.0]]), 1).neurons
        tensor([[[ 1.,  0., -5.]]])
    """
    (_, H, width), C = crowd.neurons.shape, crowd.bias.shape[-1]
    if not 1 <= keep <= H:
        raise ValueError(f"keep must be in [1, {H}], got {keep}")
    w, b, v = crowd.neurons.split([width - 1 - C, 1, C], -1)
    sd = torch.tanh(x @ w.mT + b.mT).std(-2, correction=0)
    score = v.norm(dim=-1) * sd  # (7.10)
    kept = score.topk(keep, dim=-1).indices.sort(-1).values
    neurons = crowd.neurons.gather(1, kept[..., None].expand(-1, -1, width))
    return Crowd(neurons, crowd.bias.clone(), torch.full_like(crowd.size, keep))


def mask_of(size: Tensor, capacity: int, softness: float) -> tuple[Tensor, Tensor]:
    """Return the shares and their slopes along N, (R, H) each."""
    if not softness >= 0:
        raise ValueError(f"softness must be >= 0, got {softness}")
    if softness == 0:
        m, gap = ramp_mask(size, capacity), size[..., None] - numbers(size, capacity)
        return m, ((gap > 0) & (gap <= 1)).to(m.dtype)
    m = sigmoid_mask(size, capacity, softness)
    return m, m * (1 - m) / softness


def open_count(size: Tensor, capacity: int, softness: float) -> int:
    """Count the neurons that are open in any network; reading it waits for the device."""
    if softness != 0 or size.is_meta:
        return capacity
    return int(size.max().ceil().clamp(0, capacity))


def prepared(x: Tensor, y: Tensor, loss: str, outputs: int) -> tuple[Tensor, Tensor]:
    """Turn examples into columns with a one below each, once for many steps."""
    if loss not in RESIDUALS:
        raise ValueError(f"loss must be one of {', '.join(RESIDUALS)}, got {loss!r}")
    columns = torch.cat([x.mT, torch.ones_like(x.mT[..., :1, :])], -2).contiguous()
    if loss == "softmax":
        y = one_hot(y, outputs).to(x.dtype)
    return columns, y.mT.contiguous()


def backward(crowd, columns, answers, loss, m, slopes):
    """Return loss, gradient of the first k neurons, and those of bias and size; m is (R, k)."""
    C = crowd.bias.shape[-1]
    rows = crowd.neurons[:, :m.shape[1]]
    weights, v = rows[..., :-C], rows[..., -C:]
    h = (weights @ columns).tanh_()
    share = m[..., None]
    out = torch.baddbmm(crowd.bias[..., None], (share * v).mT, h)  # (7.1)
    value, r = RESIDUALS[loss](out, answers)
    pulls = h @ r.mT  # <r, h_j>, (R, k, C)
    g = torch.empty_like(rows)
    torch.mul(pulls, share, out=g[..., -C:])
    back = share * v * r if C == 1 else (share * v) @ r
    back.addcmul_(back * h, h, value=-1)
    g[..., :-C] = back @ columns.mT
    size = (slopes * (pulls * v).sum(-1)).sum(-1)  # (7.6)
    return value, g, (r.sum(-1), size)


def _squared(out, y):
    gap = out - y
    return gap.square().mean((1, 2)), gap * (2 / gap[0].numel())


def _logistic(out, y):
    value = torch.nn.functional.softplus(out) - out * y
    return value.mean((1, 2)), (out.sigmoid() - y) / out.shape[-1]


def _softmax(out, y):
    logs = out.log_softmax(1)
    return -(logs * y).sum(1).mean(-1), (logs.exp() - y) / out.shape[-1]


RESIDUALS = {"squared": _squared, "logistic": _logistic, "softmax": _softmax}
