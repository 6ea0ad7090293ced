"""The theory of one pair among strangers: how hard it is pulled, and where it is let go."""

import math

import torch
from torch import Tensor

from gradcourse.methods.contrastive.logits import check_alpha, log_odds

__all__ = ["pull", "release_at_random", "release_cosine"]


def pull(
    theta: Tensor, strangers: Tensor, *, temperature: float | None = None,
    alpha: float | None = None,
) -> Tensor:
    """Compute how hard one loss turns a pair together: its gradient by their angle.

    Args:
        theta: angles of the pair, any shape, in (0, pi), radians.
        strangers: cosines with N - 1 strangers, (N - 1,), in (-1, 1).
        temperature: of the logit s / tau, > 0; or
        alpha: power of the log-odds, > 0. Exactly one of the two.

    Returns:
        The pull, like theta, nats per radian, >= 0.

    Raises:
        ValueError: unless exactly one of temperature and alpha is given, and is > 0.

    Example:
        >>> pull(torch.tensor([torch.pi / 2]), torch.zeros(3), temperature=0.5)  # 2 (1 - 1/4)
        tensor([1.5000])
    """
    total = _total(strangers, temperature, alpha)
    if alpha is None:
        logit, turn = theta.cos() / temperature, theta.sin() / temperature
    else:
        logit = -2 * alpha * (theta / 2).tan().log()  # (6.4)
        turn = 2 * alpha / theta.sin()
    return torch.sigmoid(total - logit) * turn  # (6.7)


def release_cosine(
    strangers: Tensor, *, temperature: float | None = None, alpha: float | None = None
) -> Tensor:
    """Find the cosine at which a pair is half let go: P_+ = 1/2.

    Args:
        strangers: cosines with N - 1 strangers, (..., N - 1), in (-1, 1).
        temperature: of the logit s / tau, > 0; or
        alpha: power of the log-odds, > 0. Exactly one of the two.

    Returns:
        The cosine, (...), at most 1; 1 means never. Dtype and device of strangers.

    Raises:
        ValueError: unless exactly one of temperature and alpha is given, and is > 0.

    Example:
        >>> release_cosine(torch.zeros(255), temperature=0.1)  # 0.1 log 255: 56 degrees
        tensor(0.5541)
        >>> release_cosine(torch.zeros(255), temperature=0.2)  # never
        tensor(1.)
    """
    total = _total(strangers, temperature, alpha)
    if alpha is None:
        return (temperature * total).clamp(max=1)  # (6.8)
    return torch.tanh(total / (2 * alpha))  # (6.9)


def release_at_random(n: int, d: int, temperature: float) -> float:
    """Predict the cosine of `release_cosine` for strangers in random directions.

    Args:
        n: things in the batch, >= 2, so n - 1 strangers.
        d: dimensions >= 1; a cosine then has variance 1 / d.
        temperature: tau > 0, cosine units.

    Returns:
        The cosine, at most 1; 1 means never.

    Raises:
        ValueError: unless n >= 2, d >= 1 and temperature > 0.

    Accuracy:
        Cosines are taken for normal ones; below tau of about 1 / sqrt(d log n) the nearest stranger
        decides instead, and this is too small.

    Example:
        >>> print(f"{release_at_random(256, 32, 0.1):.3f}")  # 0.1 log 255 + 1 / 6.4
        0.710
    """
    for name, value, least in (("n", n, 2), ("d", d, 1)):
        if not value >= least:
            raise ValueError(f"{name} must be >= {least}, got {value}")
    if not temperature > 0:
        raise ValueError(f"temperature must be > 0, got {temperature}")
    return min(1.0, temperature * math.log(n - 1) + 1 / (2 * d * temperature))  # (6.10)


def _total(strangers: Tensor, temperature: float | None, alpha: float | None) -> Tensor:
    """Sum the strangers' weights, in logarithms."""
    if (temperature is None) == (alpha is None):
        raise ValueError(f"give one of temperature and alpha, got {temperature} and {alpha}")
    if alpha is not None:
        odds = log_odds(strangers, alpha=check_alpha(alpha), eps=torch.finfo(strangers.dtype).eps)
        return odds.logsumexp(-1)
    if not temperature > 0:
        raise ValueError(f"temperature must be > 0, got {temperature}")
    return (strangers / temperature).logsumexp(-1)
