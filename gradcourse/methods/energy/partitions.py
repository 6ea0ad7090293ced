"""Exact log-partitions: what learning is measured against, and brute force for small sizes.

Every one is relative to the uniform prior on its states: all scores 0 give 0. Add log |Y| to an
average of L - g to have a negative log-likelihood.
"""

import math
from functools import lru_cache
from itertools import combinations, permutations
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import softplus

from gradcourse.methods.energy.losses import conjugate, ratio
from gradcourse.methods.energy.states import all_binary, pair_features

__all__ = ["Normaliser", "log_partition_enumerated", "log_partition_matchings",
           "log_partition_pairwise", "log_partition_permutations", "log_partition_unary",
           "normaliser", "second_moment_unary"]


class Normaliser(NamedTuple):
    """Where the bowl (5.2) of any link is lowest, and how high it is there."""

    tau: Tensor  # lowest point: p = q ratio(g - tau) sums to one, (*B,), nats
    value: Tensor  # lowest value; equal to tau for the logistic link only, (*B,), nats


def log_partition_unary(u: Tensor) -> Tensor:
    """Sum over all 2^k states of independent switches, without summing.

    Args:
        u: scores of the switches, (*B, k), nats.

    Returns:
        log of the mean of exp <u, y> over y in {0, 1}^k, (*B,), nats; dtype and device of u.

    Example:
        >>> log_partition_unary(torch.tensor([0.0, math.log(3.0)]))  # log 1 + log((1 + 3) / 2)
        tensor(0.6931)
    """
    return (softplus(u) - math.log(2)).sum(-1)  # (5.7)


def second_moment_unary(u: Tensor) -> Tensor:
    """Compute E_q (p / q)^2 = 1 + chi2 of independent switches under uniform guesses.

    Args:
        u: scores of the switches, (*B, k), nats.

    Returns:
        The second moments, (*B,), >= 1; dtype and device of u.

    Example:
        >>> second_moment_unary(torch.tensor([0.0, 50.0]))  # a fair, a certain switch: 1 * 2
        tensor(2.0000)
    """
    logs = math.log(2) + softplus(2 * u) - 2 * softplus(u)
    return logs.sum(-1).exp()  # (5.8)


def log_partition_enumerated(g: Tensor, log_q: Tensor | None = None) -> Tensor:
    """Sum over listed states.

    Args:
        g: scores of all M states, (*B, M), nats.
        log_q: log-probabilities of the states under the prior, (*B, M) or (M,); None: uniform.

    Returns:
        log E_q exp g, (*B,), nats; dtype and device of g.

    Example:
        >>> log_partition_enumerated(torch.tensor([0.0, math.log(3.0)]))
        tensor(0.6931)
    """
    if log_q is None:
        return g.logsumexp(-1) - math.log(g.shape[-1])  # (5.1)
    return (g + log_q).logsumexp(-1)


def log_partition_pairwise(w: Tensor, k: int) -> Tensor:
    """Sum over all 2^k states of coupled switches: one matrix product with all features.

    Args:
        w: weights of `pair_features`, (*B, k (k + 1) / 2), nats.
        k: number of switches, 1 to 20.

    Returns:
        log of the mean of exp <w, features(y)> over y in {0, 1}^k, (*B,), nats.

    Raises:
        ValueError: if k is out of range or does not fit w.

    Example:
        >>> w = torch.tensor([0.0, 0.0, math.log(5.0)])  # states 00 01 10 weigh 1, 11 weighs 5
        >>> log_partition_pairwise(w, 2)
        tensor(0.6931)
    """
    if not 1 <= k <= 20:
        raise ValueError(f"k must be in [1, 20], got {k}")
    if w.shape[-1] != k * (k + 1) // 2:
        raise ValueError(f"w must have k (k + 1) / 2 = {k * (k + 1) // 2} weights, got "
                         f"{w.shape[-1]}")
    return log_partition_enumerated(w @ _features_of_all(k, w.dtype, w.device).T)


def log_partition_permutations(theta: Tensor, v: Tensor | None = None) -> Tensor:
    """Sum over all k! rankings by a recursion over 2^k subsets, a layer of equal sizes at a time.

    Args:
        theta: scores of the k things, (*B, k), nats.
        v: what the ranks are worth, lowest first, (k,); None: 1 .. k, centred.

    Returns:
        log of the mean of exp <theta, y> over the orders y of v, (*B,), nats.

    Raises:
        ValueError: if v does not fit theta, or k > 16.

    Accuracy:
        Exact to rounding; k 2^k terms instead of k!.

    Example:
        >>> log_partition_permutations(torch.tensor([0.0, 0.0, 0.0]))
        tensor(0.)
    """
    k = theta.shape[-1]
    if v is not None and v.shape != (k,):
        raise ValueError(f"v must have shape ({k},), got {tuple(v.shape)}")
    if not 1 <= k <= 16:
        raise ValueError(f"k must be in [1, 16], got {k}")
    v = _ranks(k, theta) if v is None else v
    F = torch.zeros_like(theta[..., :1])
    for size, (smaller, last) in enumerate(_layers(k, theta.device)):
        F = (F[..., smaller] + theta[..., last] * v[size]).logsumexp(-1)  # (5.13)
    return F[..., 0] - math.lgamma(k + 1)


def log_partition_matchings(theta: Tensor) -> Tensor:
    """Sum over all k! permutation matrices, by listing them; for small k.

    Args:
        theta: scores of thing i at rank j, (*B, k, k), nats.

    Returns:
        log of the mean of exp <theta, Y> over permutation matrices Y, (*B,), nats.

    Raises:
        ValueError: unless theta is square and k <= 8.

    Example:
        >>> log_partition_matchings(torch.eye(2) * math.log(3.0) / 2)  # weights 3 and 1, mean 2
        tensor(0.6931)
    """
    k = theta.shape[-1]
    if theta.shape[-2] != k or not 1 <= k <= 8:
        raise ValueError(f"theta must be (*B, k, k) with k <= 8, got {tuple(theta.shape)}")
    orders = torch.tensor(list(permutations(range(k))), device=theta.device)  # (k!, k)
    things = torch.arange(k, device=theta.device)
    return log_partition_enumerated(theta[..., things, orders].sum(-1))


def normaliser(g: Tensor, link: str = "logistic", *, alpha: float = 1.5) -> Normaliser:
    """Find tau and the least value of the bowl for any link, over listed states, uniform prior.

    Newton's method from the left: the mass of p is convex in tau, so no step overshoots.

    Args:
        g: scores of all M states, (*B, M), nats.
        link: "logistic", "sparsemax" or "entmax".
        alpha: of entmax, in (1, 2].

    Returns:
        Lowest point and lowest value, (*B,) each, nats. The value's gradient in g is p; tau has
        none.

    Raises:
        ValueError: an unknown link, or alpha outside (1, 2].

    Accuracy:
        sparsemax: exact to rounding after finitely many steps; entmax: to rounding.

    Example:
        >>> normaliser(torch.tensor([0.0, 4.0]), "sparsemax")  # the second state takes all: p/q = 2
        Normaliser(tau=tensor(2.), value=tensor(3.5000))
    """
    if link == "logistic":
        value = log_partition_enumerated(g)
        return Normaliser(value.detach(), value)
    a = 2.0 if link == "sparsemax" else alpha
    one, all_of_it = (_inverse_ratio(r, link, a) for r in (1.0, float(g.shape[-1])))
    tight = 4 * torch.finfo(g.dtype).eps
    with torch.no_grad():
        tau = torch.maximum(g.mean(-1) - one, g.amax(-1) - all_of_it)  # mass >= 1 at both
        for _ in range(200):
            p = ratio(g - tau[..., None], link, alpha=a)
            bend = p.count_nonzero(-1) if a == 2 else torch.where(p > 0, p ** (2 - a), 0.0).sum(-1)
            step = (p.sum(-1) - g.shape[-1]) / bend
            if not (step > tight * (1 + tau.abs())).any():
                break
            tau = tau + step.clamp(min=0)
    least = tau + conjugate(g - tau[..., None], link, alpha=alpha).mean(-1)  # (5.2)
    return Normaliser(tau, least)


def _inverse_ratio(r, link, alpha):
    """Return the v at which p / q = r."""
    return r if link == "sparsemax" else (r ** (alpha - 1) - 1) / (alpha - 1)


def _ranks(k, like):
    return torch.arange(k, dtype=like.dtype, device=like.device) - (k - 1) / 2


@lru_cache(maxsize=4)
def _features_of_all(k, dtype, device):
    return pair_features(all_binary(k, dtype=dtype, device=device))


@lru_cache(maxsize=16)
def _layers(k, device):
    """For subsets of each size: the places of S - i in the layer before, and the i, (N, size)."""
    layers, before = [], {(): 0}
    for size in range(1, k + 1):
        subsets = list(combinations(range(k), size))
        smaller = [[before[S[:j] + S[j + 1:]] for j in range(size)] for S in subsets]
        layers.append((torch.tensor(smaller, device=device), torch.tensor(subsets, device=device)))
        before = {S: place for place, S in enumerate(subsets)}
    return layers
