"""What the joint loss is compared with: a trap, a cousin, a game and a relaxation."""

import math

import torch
from torch import Tensor
from torch.nn.functional import softplus

__all__ = ["fenchel_young_loss", "log_mean_loss", "min_max_losses", "nce_loss"]


def log_mean_loss(g_pos: Tensor, g_prior: Tensor) -> Tensor:
    """Compute the likelihood with an average of guesses in place of the sum: a trap.

    It is biased towards states that no guess has met; training finds and inflates them.

    Args:
        g_pos: scores of the data, (*B,), nats.
        g_prior: scores of S guesses for each example, (*B, S), nats.

    Returns:
        The losses, (*B,), nats; dtype and device of g_prior.

    Raises:
        ValueError: unless g_pos has the shape of g_prior without its last axis.

    Example:
        >>> log_mean_loss(torch.tensor([3.0]), torch.zeros(1, 4))
        tensor([-3.])
    """
    _check_guesses(g_pos, g_prior)
    return g_prior.logsumexp(-1) - math.log(g_prior.shape[-1]) - g_pos


def nce_loss(g_pos: Tensor, g_prior: Tensor, tau: Tensor) -> Tensor:
    """Compute noise-contrastive estimation: tell the datum from S guesses, tau being the offset.

    Args:
        g_pos: scores of the data, (*B,), nats.
        g_prior: scores of S guesses for each example, (*B, S), nats.
        tau: the learnt log-partition, (*B,), nats.

    Returns:
        The losses, (*B,), nats; dtype and device of g_prior.

    Raises:
        ValueError: unless g_pos and tau have the shape of g_prior without its last axis.

    Example:
        >>> nce_loss(torch.zeros(1), torch.zeros(1, 1), torch.zeros(1))  # two coins: 2 log 2
        tensor([1.3863])

    Source:
        M. Gutmann, A. Hyvarinen, 2010.
    """
    _check_guesses(g_pos, g_prior)
    _check_guesses(tau, g_prior)
    shift = tau + math.log(g_prior.shape[-1])
    return softplus(shift - g_pos) + softplus(g_prior - shift[..., None]).sum(-1)


def min_max_losses(
    g_pos: Tensor, g_guess: Tensor, log_p: Tensor, log_q: Tensor | float
) -> tuple[Tensor, Tensor]:
    """Compute the losses of a model and of an adversary that draws the guesses.

    The adversary p climbs E_p g - KL(p, q), whose greatest value is the log-partition, by the
    score-function gradient, with the mean of the other guesses' rewards as baseline.

    Args:
        g_pos: scores of the data, (*B,), nats.
        g_guess: scores of S >= 2 guesses drawn from p, (*B, S), nats.
        log_p: log-probabilities of the guesses under p, (*B, S), with p's gradient, nats.
        log_q: log-probabilities under the prior, (*B, S) or a number, nats.

    Returns:
        The model's and the adversary's losses, (*B,) each; minimise both, each over its own
        parameters.

    Raises:
        ValueError: unless g_pos has the shape of g_guess without its last axis, and S >= 2.

    Example:
        >>> model, _ = min_max_losses(torch.ones(1), torch.zeros(1, 2), torch.zeros(1, 2), 0.0)
        >>> model
        tensor([-1.])
    """
    _check_guesses(g_pos, g_guess)
    S = g_guess.shape[-1]
    if S < 2:
        raise ValueError(f"g_guess must hold at least 2 guesses, got {S}")
    reward = (g_guess - log_p + log_q).detach()
    others = (reward.sum(-1, keepdim=True) - reward) / (S - 1)
    return g_guess.mean(-1) - g_pos, -((reward - others) * log_p).mean(-1)


def fenchel_young_loss(
    u: Tensor, y: Tensor, U: Tensor | None = None, *, lr: float = 0.5, steps: int = 20
) -> Tensor:
    """Compute the generalised Fenchel-Young loss of switches, with a quadratic regulariser.

    The sum over states becomes the largest g(y') - |y'|^2 / 2 over the box [0, 1]^k, found by
    projected gradient ascent; without U it is a clamp.

    Args:
        u: scores of the switches, (*B, k), nats.
        y: the data, 0 or 1, (*B, k).
        U: symmetric couplings with a zero diagonal, (k, k) or (*B, k, k); None for none.
        lr: step of the ascent > 0, used with U.
        steps: of the ascent, >= 1, used with U.

    Returns:
        The losses, (*B,), >= 0 without U; dtype and device of u.

    Raises:
        ValueError: unless u and y have equal shapes, lr > 0 and steps >= 1.

    Example:
        >>> fenchel_young_loss(torch.tensor([2.0]), torch.tensor([1.0]))
        tensor(0.)

    Source:
        M. Blondel, F. Llinares-Lopez, R. Dadashi, L. Hussenot, M. Geist, 2022.
    """
    if u.shape != y.shape:
        raise ValueError(f"u and y must have equal shapes, got {tuple(u.shape)}, {tuple(y.shape)}")
    if not lr > 0 or steps < 1:
        raise ValueError(f"lr must be > 0 and steps >= 1, got {lr} and {steps}")
    pairs = torch.zeros_like(u).diag_embed() if U is None else U

    def value(z):
        return (u * z + (pairs @ z[..., None])[..., 0] * z / 2 - z**2 / 2).sum(-1)

    with torch.no_grad():
        z = u.clamp(0, 1)
        for _ in range(steps if U is not None else 0):
            z = (z + lr * (u + (pairs @ z[..., None])[..., 0] - z)).clamp(0, 1)
    return value(z) - value(y)


def _check_guesses(one, g_prior):
    if g_prior.shape[:-1] != one.shape:
        raise ValueError(f"guesses must be (*B, S) with (*B,) beside them, got "
                         f"{tuple(g_prior.shape)} and {tuple(one.shape)}")
