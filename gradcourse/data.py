"""Real data that travels with the libraries: nothing is downloaded."""

from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Split", "digits"]


class Split(NamedTuple):
    """A data set, cut into what is learnt from and what is kept unseen."""

    x_train: Tensor  # inputs, (N, d), no unit
    y_train: Tensor  # classes 0 to C - 1, (N,), int64
    x_test: Tensor  # unseen inputs, (M, d), no unit
    y_test: Tensor  # unseen classes, (M,), int64


def digits(
    train: int = 1000,
    seed: int = 0,
    *,
    dtype: torch.dtype = torch.float64,
    centred: bool = False,
) -> Split:
    """Shuffle scikit-learn's 1,797 handwritten digits and cut them in two."""
    x, y = _bundled_digits()
    if not 1 <= train < len(x):
        raise ValueError(f"train must be in [1, {len(x) - 1}], got {train}")
    if not dtype.is_floating_point:
        raise ValueError(f"dtype must be floating point, got {dtype}")
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    x, y = x[order].to(dtype), y[order]
    if centred:
        x = x - x[:train].mean(0)
    return Split(x[:train], y[:train], x[train:], y[train:])


@cache
def _bundled_digits() -> tuple[Tensor, Tensor]:
    from sklearn.datasets import load_digits  # here, not above: importing it takes a second

    x, y = load_digits(return_X_y=True)
    return torch.from_numpy(x) / 16, torch.from_numpy(y).to(torch.int64)
