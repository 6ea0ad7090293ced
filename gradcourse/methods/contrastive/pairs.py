"""The loss of one row of logits, and the two forms that go through a whole similarity matrix.

The dense form holds the matrix and leaves the gradient to autograd: it is the reference. The
blocked form holds some rows at a time and makes the gradient on the way, with three matrix products
in all, on a GPU afterwards with four; tests tie the two.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from gradcourse.methods.contrastive.logits import log_odds

__all__ = ["pair_loss"]
SMALL = 512  # below as many columns the dense form is the faster one
ROWS = 256  # rows held at a time: enough for full speed, few enough to hold
PLAIN = 40.0  # nats: up to here a sum of exponentials fits into float32 without taking off the top


class Layout(NamedTuple):
    """Which columns are special in each row."""

    partner: Tensor  # column of the other view, (A, 1), int64
    own: Tensor | None  # column of the row itself, (A, 1), int64: no stranger; None if it has none


class Map(NamedTuple):
    """How a product a . b becomes a logit: by itself, or by its log-odds."""

    alpha: float | None = None  # power of the odds; None: the product is the logit
    eps: float = 1e-6  # distance kept from +-1
    bound: float = math.inf  # no product is larger, nor smaller than its negative


class Part(NamedTuple):
    """Some rows of the matrix: what their losses and gradients are made of."""

    logit: Tensor  # of the partner, (R, 1), nats
    slope: Tensor | float  # its derivative by the product, (R, 1)
    total: Tensor  # logsumexp over the strangers, (R, 1), nats
    tilt: Tensor  # derivative of the total by each product, times scale, (R, M)
    scale: Tensor  # (R, 1)


def pair_loss(logits: Tensor, partner: Tensor | None = None, own: Tensor | None = None) -> Tensor:
    """Compute how surprising the partner is in each row, all others being strangers.

    Args:
        logits: one row for each thing, (A, M), nats.
        partner: column of its other view, (A,), int64; None: row i has its partner in column i.
        own: a column that is no stranger either, (A,), int64, such as the row itself; None: none.

    Returns:
        -log softmax at the partner, (A,), nats; dtype and device of logits.

    Raises:
        ValueError: unless logits are a matrix, with M >= A where partner is None.

    Example:
        >>> pair_loss(torch.zeros(2, 4))  # four equal logits: log 4
        tensor([1.3863, 1.3863])

    Source:
        A. van den Oord, Y. Li, O. Vinyals, 2018.
    """
    if logits.ndim != 2 or partner is None and logits.shape[0] > logits.shape[1]:
        raise ValueError(f"logits must be (A, M) with M >= A, got {tuple(logits.shape)}")
    if partner is None:
        partner = torch.arange(len(logits), device=logits.device)
    if own is not None:
        logits = logits.scatter(1, own[:, None], -math.inf)
    return torch.nn.functional.cross_entropy(logits, partner, reduction="none")  # (6.1)


def rows_held(columns: int, block: int | None) -> int:
    """Choose how many rows are held at a time, unless that is given; 0 is all of them."""
    if block is not None:
        return block
    return ROWS if columns >= SMALL else 0


def contrast(a: Tensor, b: Tensor, layout: Layout, how: Map, block: int | None) -> Tensor:
    """Compute the losses of all rows, (A,), from a (A, D) and b (M, D), in the form that fits."""
    block = rows_held(len(b), block)
    if block:
        wanted = torch.is_grad_enabled() and (a.requires_grad or b.requires_grad)
        wanted = wanted and a.device.type == "cpu"  # a GPU would wait while weights are compared
        return _Blocked.apply(a, b, layout, how, block, wanted)
    logits = a @ b.T
    if how.alpha is not None:
        logits = log_odds(logits, alpha=how.alpha, eps=how.eps)
    own = None if layout.own is None else layout.own[:, 0]
    return pair_loss(logits, layout.partner[:, 0], own)


class _Blocked(torch.autograd.Function):
    """Losses by blocks of rows. On a CPU the gradient for equal weights is made on the way."""

    @staticmethod
    def forward(ctx, a, b, layout, how, block, wanted):
        losses, *grads = _sweep(a, b, layout, how, block, a.new_ones(1) if wanted else None)
        ctx.save_for_backward(a, b, *grads)
        ctx.settings = layout, how, block
        return losses

    @staticmethod
    @once_differentiable
    def backward(ctx, weights):
        a, b, *grads = ctx.saved_tensors
        if not grads or not torch.equal(weights, weights[:1].expand_as(weights)):
            _, *grads = _sweep(a, b, *ctx.settings, weights.contiguous())
            return *grads, None, None, None, None
        return *(weights[0] * grad for grad in grads), None, None, None, None


def _sweep(a, b, layout, how, block, weights):
    """Go through the rows once; with weights also return the gradients by a and b."""
    losses = a.new_empty(len(a))
    if weights is None:
        grads = ()
    else:
        grads = torch.empty_like(a), torch.zeros_like(b)
        weights = weights.expand(len(a))[:, None]
    for rows in (slice(n, n + block) for n in range(0, len(a), block)):
        mine = Layout(*(None if column is None else column[rows] for column in layout))
        part = _part(a[rows] @ b.T, mine, how)
        gap = part.total - part.logit
        losses[rows] = torch.logaddexp(gap, torch.zeros_like(gap))[:, 0]
        if weights is not None:
            by_product = part.tilt.scatter_(1, mine.partner, -part.slope / part.scale)  # (6.5)
            times = part.scale * gap.sigmoid() * weights[rows]  # 1 - P_+, for each row
            torch.mm(by_product, b, out=grads[0][rows])
            grads[0][rows].mul_(times)
            grads[1].addmm_(by_product.T, a[rows] * times)
    return losses, *grads


def _part(c: Tensor, layout: Layout, how: Map) -> Part:
    """Turn some rows of products into what losses are made of; c is used up."""
    near = c.gather(1, layout.partner)
    if how.alpha is None:
        return Part(near, 1.0, *_softmax(_hide(c, layout), how.bound <= PLAIN))
    inside = (near > how.eps - 1) & (near < 1 - how.eps)
    slope = 2 * how.alpha / ((1 - near) * (1 + near)).where(inside, math.inf)
    logit = log_odds(near, alpha=how.alpha, eps=how.eps)
    if how.alpha == 1:
        return Part(logit, slope, *_ratios(c, layout, how.eps))
    logits = log_odds(c, alpha=how.alpha, eps=how.eps)
    total, tilt, scale = _softmax(_hide(logits, layout))
    slopes = ((1 - c) * (1 + c)).masked_fill_(c.abs() >= 1 - how.eps, math.inf).reciprocal_()
    return Part(logit, slope, total, tilt.mul_(slopes), scale * (2 * how.alpha))


def _softmax(logits: Tensor, plain: bool = False) -> tuple[Tensor, Tensor, Tensor]:
    """Give the logsumexp, e^(l - top) and what scales that to a sum of 1; in place.

    Plain takes a top of 0, which spares two of four passes over the matrix.
    """
    top = 0.0
    if not plain:
        top = logits.amax(1, keepdim=True).clamp_(min=torch.finfo(logits.dtype).min)
        logits.sub_(top)
    weights = logits.exp_()
    total = weights.sum(1, keepdim=True)
    return top + total.log(), weights, total.clamp(min=least_total(total)).reciprocal()


def _ratios(c: Tensor, layout: Layout, eps: float) -> tuple[Tensor, Tensor, Tensor]:
    """Do what `_softmax` does for log-odds, without a logarithm: r = 2/q - 1, dr/dc = 2/q^2."""
    q = c.neg_().add_(1)
    low, high = torch.aminmax(q)
    clamped = q.device.type != "cpu" or bool(low <= eps) or bool(high >= 2 - eps)
    outside = (q <= eps) | (q >= 2 - eps) if clamped else None
    inverse = _hide(q.clamp_(eps, 2 - eps) if clamped else q, layout, math.inf).reciprocal_()
    strangers = c.shape[1] - 1 - (layout.own is not None)
    total = inverse.sum(1, keepdim=True).mul_(2).sub_(strangers)
    tilt = inverse.square_()
    if clamped:
        tilt.masked_fill_(outside, 0)
    return total.log(), tilt, 2 / total.clamp(min=least_total(total))


def least_total(total: Tensor) -> float:
    """Stand for a total of no strangers at all; those of some are larger."""
    return torch.finfo(total.dtype).tiny ** 0.5


def _hide(logits: Tensor, layout: Layout, value: float = -math.inf) -> Tensor:
    """Leave only the strangers of each row, in place."""
    for column in layout:
        if column is not None:
            logits.scatter_(1, column, value)
    return logits
