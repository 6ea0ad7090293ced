"""The joint loss, its links and its biases. All in nats, all unreduced."""

import math

import torch
from torch import Tensor

__all__ = ["conjugate", "excess", "joint_loss", "log_mean_bias", "ratio", "tau_bias"]


def joint_loss(
    g_pos: Tensor, g_prior: Tensor, tau: Tensor, link: str = "logistic", *, alpha: float = 1.5,
    log_weights: Tensor | None = None, cap: float = math.inf,
) -> Tensor:
    r"""Compute the loss that trains scores and log-partition together, both downhill.

    .. math:: \tau + \tfrac1S \sum_s w_s f^*(g_s - \tau) - g_{\rm pos}

    Its mean over guesses is the negative log-likelihood minus log q(y|x), plus `excess`; so is the
    mean of its gradient. Guesses may be shared by a batch.

    Args:
        g_pos: scores of the data, (*B,), nats.
        g_prior: scores of S guesses for each example, (*B, S), nats.
        tau: the learnt log-partition of each example, (*B,), nats.
        link: "logistic", "sparsemax" or "entmax".
        alpha: of entmax, in (1, 2].
        log_weights: log q - log r of each guess, (*B, S) or (S,), when guesses come from r (5.9).
        cap: for "logistic" only: where the tangent begins; log |Y| changes no minimum.

    Returns:
        The losses, (*B,), nats; dtype and device of g_prior. Without the constant -log q(y|x).

    Raises:
        ValueError: unless g_pos and tau have the shape of g_prior without its last axis; an unknown
            link; alpha outside (1, 2].

    Example:
        >>> zero = torch.zeros(1)
        >>> joint_loss(zero, torch.zeros(1, 3), zero)  # exp(0) - 1 = 0
        tensor([0.])

    Source:
        Sander, Roulet, Liu, Blondel, 2025.

    Differs from the source:
        The tangent (5.10) and the weights (5.9) are ours; so is "entmax", worked out from their
        recipe.
    """
    if not g_prior.shape[:-1] == g_pos.shape == tau.shape:
        raise ValueError(f"g_prior must be (*B, S) with g_pos and tau (*B,), got "
                         f"{tuple(g_prior.shape)}, {tuple(g_pos.shape)} and {tuple(tau.shape)}")
    terms = conjugate(g_prior - tau[..., None], link, alpha=alpha, cap=cap)
    if log_weights is not None:
        least = {"logistic": -1.0, "sparsemax": 0.5, "entmax": -1 / alpha}[link]
        weights = log_weights.exp()  # (5.9)
        terms = least + weights * (terms - least)  # the constant needs no guess, so no weight
    return tau + terms.mean(-1) - g_pos  # (5.4)


def conjugate(
    v: Tensor, link: str = "logistic", *, alpha: float = 1.5, cap: float = math.inf
) -> Tensor:
    """Compute f*(v), the largest u v - f(u) over u >= 0 (and u <= exp(cap)).

    Args:
        v: scores minus log-partition, any shape, nats.
        link: "logistic", "sparsemax" or "entmax".
        alpha: of entmax, in (1, 2].
        cap: for "logistic" only: past it the exponential goes on by its tangent.

    Returns:
        f*(v), shape, dtype and device of v.

    Raises:
        ValueError: an unknown link, or alpha outside (1, 2].

    Example:
        >>> conjugate(torch.tensor([0.0, 1.0]), "sparsemax")  # (1 + 1) / 2
        tensor([0.5000, 1.0000])
    """
    _check_link(link, alpha)
    if link == "logistic":
        low = v.clamp(max=cap)
        return low.exp() * (1 + v - low) - 1  # (5.10)
    if link == "sparsemax":
        return (v.clamp(min=0) ** 2 + 1) / 2  # (5.11)
    base = (1 + (alpha - 1) * v).clamp(min=0)
    return (base ** (alpha / (alpha - 1)) - 1) / alpha  # (5.12)


def ratio(v: Tensor, link: str = "logistic", *, alpha: float = 1.5) -> Tensor:
    """Compute p / q = f*'(v): how much more likely than the prior a score makes a state.

    Args:
        v: scores minus log-partition, any shape, nats.
        link: "logistic", "sparsemax" or "entmax".
        alpha: of entmax, in (1, 2].

    Returns:
        The ratios, >= 0, shape, dtype and device of v.

    Raises:
        ValueError: an unknown link, or alpha outside (1, 2].

    Example:
        >>> ratio(torch.tensor([-2.0, 3.0]), "sparsemax")
        tensor([0., 3.])
    """
    _check_link(link, alpha)
    if link == "logistic":
        return v.exp()
    if link == "sparsemax":
        return v.clamp(min=0)
    return (1 + (alpha - 1) * v).clamp(min=0) ** (1 / (alpha - 1))


def excess(delta: Tensor) -> Tensor:
    """Compute what the joint loss pays for tau = log-partition + delta; logistic link only.

    Args:
        delta: tau minus log-partition, any shape, nats.

    Returns:
        exp(-delta) + delta - 1 >= 0, nats; shape, dtype and device of delta.

    Example:
        >>> excess(torch.tensor([-1.0, 0.0, 1.0]))  # too low costs more than too high
        tensor([0.7183, 0.0000, 0.3679])
    """
    return torch.expm1(-delta) + delta  # (5.3)


def tau_bias(lr: float, chi2: float, S: int) -> float:
    """Predict how far too high plain steps on tau come to rest, to first order in lr chi2 / S.

    Args:
        lr: step size in (0, 1].
        chi2: E_q (p / q)^2 - 1, >= 0.
        S: guesses a step, >= 1.

    Returns:
        The mean of tau minus log-partition, nats.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> tau_bias(0.1, 8.0, 4)
        0.05
    """
    if not 0 < lr <= 1:
        raise ValueError(f"lr must be in (0, 1], got {lr}")
    _check_spread(chi2, S)
    return lr * chi2 / (4 * S)  # (5.5)


def log_mean_bias(chi2: float, S: int) -> float:
    """Predict how far the logarithm of an average falls short, to first order in chi2 / S.

    Args:
        chi2: E_q (p / q)^2 - 1, >= 0.
        S: guesses in the average, >= 1.

    Returns:
        The mean of the logarithm minus log-partition, <= 0, nats.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> log_mean_bias(8.0, 4)
        -1.0
    """
    _check_spread(chi2, S)
    return -chi2 / (2 * S)  # (5.6)


def _check_link(link, alpha):
    if link not in ("logistic", "sparsemax", "entmax"):
        raise ValueError(f"link must be logistic, sparsemax or entmax, got {link!r}")
    if link == "entmax" and not 1 < alpha <= 2:
        raise ValueError(f"alpha must be in (1, 2], got {alpha}")


def _check_spread(chi2, S):
    if not chi2 >= 0:
        raise ValueError(f"chi2 must be >= 0, got {chi2}")
    if S < 1:
        raise ValueError(f"S must be >= 1, got {S}")
