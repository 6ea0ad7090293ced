"""NT-Xent by the symmetry of its matrix: each cosine once, for both things it belongs to.

With p_i = w_i (1 - P_+) for the weight w_i of a row, and S_i the sum over its strangers,

    dL/dz_i = sum_j e^{l_ij} (p_i / S_i + p_j / S_j) z_j - (p_i + p_+) z_+

and l_ij = z_i . z_j = l_ji. So half of the matrix gives the losses; half of it, held if it is small
or else made again, and its products with z the gradient: one and a half or two matrix products in
all where rows by themselves need three. The blocked form of `pairs` is the reference; tests tie the
two.
"""

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from gradcourse.methods.contrastive.pairs import least_total

__all__ = []
HELD = 1 << 22  # entries of a matrix whose half is held until the gradient is asked for


def contrast_symmetric(z: Tensor, block: int) -> Tensor:
    """Compute the losses of all rows, (2 B,), from z (2 B, D): row i belongs with row i +- B.

    The products of rows are the logits, and must lie within `pairs.PLAIN`.
    """
    return _Symmetric.apply(z, block)


class _Symmetric(torch.autograd.Function):
    """Losses by blocks of rows; the gradient is made when it is asked for."""

    @staticmethod
    def forward(ctx, z, block):
        small = ctx.needs_input_grad[0] and len(z) ** 2 <= HELD
        total, held = _totals(z, block, small)
        gap = total.log() - (z * _partners(z)).sum(1)
        share = gap.sigmoid()  # 1 - P_+
        ctx.save_for_backward(z, share, share / total.clamp(min=least_total(total)), *held)
        ctx.block = block
        return torch.logaddexp(gap, torch.zeros_like(gap))

    @staticmethod
    @once_differentiable
    def backward(ctx, weights):
        z, share, rate, *held = ctx.saved_tensors
        share, rate = weights * share, weights * rate
        grad = _partners(z) * (share + _partners(share)).neg_().unsqueeze(1)
        for here, pull in _halves(z, ctx.block, held):
            push = (rate[here, None] + rate[here.start:]).mul_(pull)
            grad[here].addmm_(push, z[here.start:])
            grad[here.stop:].addmm_(push[:, len(push):].T, z[here])
        return grad, None


def _totals(z: Tensor, block: int, small: bool) -> tuple[Tensor, list[Tensor]]:
    """Sum e^l over the strangers of each row; also give what was summed, if it is small."""
    total, held = z.new_zeros(len(z)), []
    for here, pull in _halves(z, block):
        total[here] += pull.sum(1)
        total[here.stop:] += pull[:, len(pull):].sum(0)
        held += [pull] if small else []
    return total, held


def _halves(z: Tensor, block: int, held=()):
    """Yield some rows, and e^l of their strangers in the columns from there on, or what is held."""
    far = len(z) // 2
    for number, first in enumerate(range(0, len(z), block)):
        here = slice(first, min(first + block, len(z)))
        yield here, held[number] if held else _pulls(z[here] @ z[first:].T, far)


def _pulls(logits: Tensor, far: int) -> Tensor:
    for offset in (0, far, -far):
        logits.diagonal(offset).fill_(-torch.inf)
    return logits.exp_()


def _partners(z: Tensor) -> Tensor:
    return z.roll(len(z) // 2, 0)
