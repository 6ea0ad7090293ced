"""Real data that came with the libraries: nothing is downloaded."""

from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Split", "Table", "breast_cancer", "digits"]


class Split(NamedTuple):
    """A data set cut in two: what is learnt from, and what stays unseen."""

    x_train: Tensor  # inputs, (N, d), unit of the data set
    y_train: Tensor  # classes 0 to C - 1, (N,), int64
    x_test: Tensor  # unseen inputs, (M, d), same unit
    y_test: Tensor  # unseen classes, (M,), int64


class Table(NamedTuple):
    """A data set as a whole, for problems of optimisation."""

    x: Tensor  # inputs, (N, d), unit of the data set
    y: Tensor  # classes 0 to C - 1, (N,), int64


def digits(
    train: int = 1000, seed: int = 0, dtype: torch.dtype = torch.float64, *, centred: bool = False
) -> Split:
    """Shuffle scikit-learn's 1,797 handwritten digits and cut them in two.

    Args:
        train: how many to learn from, 1 to 1,796; the others stay unseen.
        seed: of the shuffle; the same seed gives the same cut.
        dtype: floating-point type of the inputs.
        centred: subtract each pixel's mean over the training part, from both parts.

    Returns:
        Images of 8 x 8 pixels as rows of 64 numbers, 0 (paper) to 1 (ink), on the CPU, and the
        digit each one shows.

    Raises:
        ValueError: if train is out of range or dtype is not floating point.

    Example:
        >>> part = digits(train=1000)
        >>> part.x_train.shape, part.x_test.shape
        (torch.Size([1000, 64]), torch.Size([797, 64]))

    Source:
        E. Alpaydin, C. Kaynak, 1998, as bundled with scikit-learn.
    """
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


def breast_cancer(dtype: torch.dtype = torch.float64) -> Table:
    """Standardise scikit-learn's 569 tumours and append a column of ones.

    Args:
        dtype: floating-point type of the inputs.

    Returns:
        30 features of mean 0 and variance 1 and the intercept's ones, (569, 31), on the CPU; class
        1 is benign.

    Raises:
        ValueError: if dtype is not floating point.

    Example:
        >>> breast_cancer().x.shape
        torch.Size([569, 31])

    Source:
        W. Wolberg, O. Mangasarian, N. Street, W. Street, 1993, as bundled with scikit-learn.
    """
    if not dtype.is_floating_point:
        raise ValueError(f"dtype must be floating point, got {dtype}")
    x, y = _bundled_breast_cancer()
    x = (x - x.mean(0)) / x.std(0, correction=0)
    return Table(torch.cat([x, torch.ones_like(x[:, :1])], 1).to(dtype), y.clone())


@cache
def _bundled_breast_cancer() -> tuple[Tensor, Tensor]:
    from sklearn.datasets import load_breast_cancer  # not at the top: this import takes a second

    x, y = load_breast_cancer(return_X_y=True)
    return torch.tensor(x), torch.tensor(y, dtype=torch.int64)


@cache
def _bundled_digits() -> tuple[Tensor, Tensor]:
    from sklearn.datasets import load_digits  # not at the top: this import takes a second

    x, y = load_digits(return_X_y=True)
    return torch.tensor(x) / 16, torch.tensor(y, dtype=torch.int64)
