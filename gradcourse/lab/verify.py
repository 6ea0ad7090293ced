"""Check an equation of the page on numbers."""

import math

import numpy as np
import torch


def verify(tag: str, left, right, *, tol: float = 1e-9, what: str = "both sides agree") -> None:
    """Compare the two sides of an equation in float64 and say that they agree.

    The difference is taken relative to the largest right-hand value where that exceeds 1.

    Args:
        tag: the equation's tag, such as "0.2".
        left: tensor, number or sequence.
        right: the same shape.
        tol: largest difference allowed.
        what: the equation in words.

    Raises:
        AssertionError: the sides differ in shape, by more than tol, or are not finite.
    """
    a, b = _numbers(left), _numbers(right)
    if a.shape != b.shape:
        raise AssertionError(f"({tag}) fails: {what}; shapes {tuple(a.shape)} and "
                             f"{tuple(b.shape)}")
    if a.numel() == 0:
        raise AssertionError(f"({tag}) fails: {what}; there is nothing to compare")
    size = max(1.0, b.abs().max().item())
    difference = (a - b).abs().max().item() / size
    if not difference <= tol:
        raise AssertionError(f"({tag}) fails: {what}; largest difference {difference:.1e}, "
                             f"allowed {tol:.0e}")
    print(f"({tag}) holds: {what}; largest difference below {_above(difference, tol):.0e}")


def _numbers(side) -> torch.Tensor:
    if not isinstance(side, torch.Tensor):  # numpy reads plain numbers in double precision
        side = torch.from_numpy(np.array(side))
    tensor = side.detach().cpu()
    return tensor.to(torch.complex128 if tensor.is_complex() else torch.float64)


def _above(difference: float, tol: float) -> float:
    """Round up to 1e-15, 1e-12, 1e-9, ... or tol, so that every machine prints the same."""
    steps = 1 if difference == 0 else max(1, math.ceil((math.log10(difference) + 18) / 3))
    return min(tol, 10.0 ** (3 * steps - 18))
