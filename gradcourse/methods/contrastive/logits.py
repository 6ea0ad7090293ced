"""What turns a cosine into a logit, and its slope: one over a temperature, fixed or hidden."""

import math

import torch
from torch import Tensor

__all__ = ["learnt_temperature", "local_temperature", "log_odds"]


def log_odds(s: Tensor, *, alpha: float = 1.0, eps: float = 1e-6) -> Tensor:
    """Map a cosine to the whole line: read (1 + s) / 2 as a chance and take its log-odds.

    Args:
        s: cosines, any shape; values beyond +-(1 - eps) count as that, and get no gradient.
        alpha: power of the odds > 0; the source has 1, its half is artanh.
        eps: distance kept from +-1, in (0, 1). Below 1e-7 it rounds away in float32, below 5e-4 in
            float16, below 4e-3 in bfloat16: cast to float32 first, as the losses here do.

    Returns:
        Logits in nats, like s.

    Raises:
        ValueError: unless alpha > 0 and 0 < eps < 1.

    Example:
        >>> log_odds(torch.tensor([0.0, 0.5, 1.0]))  # log 3, then the clamp
        tensor([ 0.0000,  1.0986, 14.4955])

    Source:
        B. J. Kim, S. W. Kim, 2025.

    Differs from the source:
        alpha; the clamp is ours. A partner beyond it needs no pull. A stranger there should be
        pushed hardest and is not: count those.
    """
    check_alpha(alpha)
    if not 0 < eps < 1:
        raise ValueError(f"eps must be in (0, 1), got {eps}")
    return 2 * alpha * torch.atanh(s.clamp(eps - 1, 1 - eps))  # (6.3)


def local_temperature(s: Tensor, *, alpha: float = 1.0) -> Tensor:
    """Compute the temperature that has the slope of `log_odds` at a cosine.

    Args:
        s: cosines in [-1, 1], any shape.
        alpha: power of the odds > 0.

    Returns:
        T(s), in cosine units, like s: 1 / (2 alpha) at right angles, 0 at the poles.

    Raises:
        ValueError: unless alpha > 0.

    Example:
        >>> local_temperature(torch.tensor([0.0, 0.9]))
        tensor([0.5000, 0.0950])
    """
    check_alpha(alpha)
    return (1 - s) * (1 + s) / (2 * alpha)  # (6.6)


def learnt_temperature(log_temperature: Tensor, *, least: float = 0.01) -> Tensor:
    """Read a temperature from a parameter that may take any value, as CLIP does.

    Args:
        log_temperature: logarithm of the temperature, (), a leaf that an optimizer moves.
        least: smallest temperature > 0, cosine units; below it the gradient is zero.

    Returns:
        The temperature, (), for `info_nce` or `nt_xent`.

    Raises:
        ValueError: unless least > 0.

    Example:
        >>> learnt_temperature(torch.tensor(math.log(0.07)))
        tensor(0.0700)

    Source:
        A. Radford and others, 2021 (logits scaled at most a hundredfold).
    """
    if not least > 0:
        raise ValueError(f"least must be > 0, got {least}")
    return log_temperature.exp().clamp(min=least)  # (6.13)


def check_alpha(alpha: float) -> float:
    """Return a power, unless it is not positive and finite."""
    if not 0 < alpha < math.inf:
        raise ValueError(f"alpha must be > 0 and finite, got {alpha}")
    return alpha
