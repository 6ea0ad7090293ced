"""Judging what is read from a sample: where a cut walk rests, and how heavy a tail is."""

import math

import torch

from gradcourse.checks import bowls
from gradcourse.checks.compare import Failure, close_number
from gradcourse.problems import pareto_noise


def _root(noise, tau):
    low, high = -float(noise.max()), -float(noise.min())
    for _ in range(60):
        middle = (low + high) / 2
        pull = float((middle + noise).clamp(-tau, tau).mean())
        low, high = (low, middle) if pull > 0 else (middle, high)
    return (low + high) / 2


def compare_rest(call, noise, tau, tried):
    """Compare a resting place with the root, the noise in an order of its own."""
    noise = noise[torch.randperm(len(noise), generator=torch.Generator().manual_seed(0))]
    want, mean = _root(noise, tau), float(noise.mean())
    causes = [
        (
            lambda got: isinstance(got, float) and math.isclose(abs(got), tau, rel_tol=1e-6),
            "this is tau itself: x may rest far beyond, only x + noise is cut",
        ),
        (-want, "the sign is turned: x has to make up for the noise"),
        (-mean, "this is where the uncut walk rests: the cut has moved it"),
        (mean, "this is the noise's mean: the uncut walk rests at minus that, a cut one elsewhere"),
        (-float(noise.median()), "the median is the limit of a very small tau only"),
        (
            -float(noise.clamp(-tau, tau).mean()),
            "the cut acts on x + noise, so it moves with x: you cut the noise alone",
        ),
        (
            lambda got: isinstance(got, float) and 0 < got / want < 1,
            "not there yet: a step moves at most lr * tau; halve a bracket instead",
        ),
    ]
    got, tried = call("resting_place", noise.clone(), tau).value, f"{tried}, tau = {tau:.3g}"
    other = "the mean of the cut gradients is not zero there"
    return close_number(
        got, want, tried=tried, causes=causes, rtol=0.0, atol=1e-4, hint=2, otherwise=other
    )


def one_sided(draw, n, tail):
    """Draw noise whose huge values are all positive, of mean zero."""
    return pareto_noise((n,), tail, one_sided=1.0, generator=draw.generator)


def _hill(ordered, k):
    return k / float((ordered[:k] / ordered[k]).log().sum())


def _hill_slips(x, k):
    """List the slips that learners make, as (wrong estimate, cause)."""
    X, n = x.abs().sort(descending=True).values, len(x)
    want, signed = _hill(X, k), x.sort(descending=True).values
    slips = [
        (1 / want, "this is 1 / index: k stands above the sum"),
        (k / float(X[:k].log().sum()), "without X_(k+1) a doubled x changes the answer"),
        (-want, "the ratios are upside down: X_i over X_(k+1)"),
        (want * math.log(10), "the natural logarithm is meant, not that to base 10"),
        (want * math.log(2), "the natural logarithm is meant, not that to base 2"),
        (want / k, "k counts the logs: you took their sum for their mean"),
    ]
    if n - 1 > k > 1:
        smallest = "these are the k smallest: sort in falling order"
        slips += [
            (_hill(X.flip(0), k), smallest),
            (-_hill(X.flip(0), k), smallest),
            (want * (k - 1) / k, "k / sum is asked, k - 1 belongs to another estimator"),
            (k / float((X[:k] / X[k - 1]).log().sum()), "measure by X_(k+1), one further down"),
            (_hill(X, n - 1), "only the k largest count: you used them all"),
        ]
        if float(signed[k]) > 0:
            signs = "signs do not count: a huge negative number is huge, so take |x| first"
            slips.insert(0, (_hill(signed, k), signs))
    return want, slips


def asked_tail(call, x, k):
    """Ask for the estimate and its band; None when no three numbers come back."""
    return bowls.numbers(call("tail_index", x.clone(), k).value, 3)


NO_THREE = "three finite numbers are wanted: the estimate, then the two ends of its band"


def compare_tail(call, x, k, tried):
    """Compare an estimate with Hill's; its band is judged elsewhere."""
    tried, (want, slips) = f"{tried}, k = {k}", _hill_slips(x, k)
    got = asked_tail(call, x, k)
    if got is None:
        return Failure(tried, "(estimate, low, high)", "no three numbers", NO_THREE, 1)
    return close_number(float(got[0]), want, tried=tried, causes=slips, rtol=1e-6, hint=2)


def grid(draw, n):
    """Put an exact Pareto law on n numbers, in any order and any unit."""
    ranks = torch.randperm(n, generator=draw.generator).double() + 1
    return draw.uniform(3.0, 9.0) * (ranks / (n + 1)) ** (-1 / draw.uniform(2.2, 3.5))


WIDTHS = (
    (1.96, "1.96 standard errors hold 95 %: 90 % take 1.645"),
    (1.282, "1.282 leaves 10 % on each side: 90 % in the middle take 1.645"),
    (1.0, "one standard error holds 68 %: 90 % take 1.645"),
)


def _why_band(estimate, low, high, n, k):
    """Name the slip behind a band that holds the truth too often or too rarely."""
    half, narrow = (high - low) / 2, 1.645 / k**0.5
    guesses = [(z / k**0.5 * estimate, cause) for z, cause in WIDTHS]
    guesses += [
        (narrow, "the band grows with the estimate: its relative error is 1 / sqrt k"),
        (1.645 / k * estimate, "the error falls like 1 / sqrt k: the root is missing"),
        (1.645 / n**0.5 * estimate, "only k numbers were used: the error is 1 / sqrt k, not of n"),
        (narrow * estimate / 2, "each end is a whole 1.645 standard errors away, not half of it"),
    ]
    near = [cause for want, cause in guesses if math.isclose(half, want, rel_tol=5e-3)]
    return near[0] if near else "the band is " + ("too wide" if half > narrow else "too narrow")


def judge_band(call, x, k):
    """Fail unless the band of a Pareto sample holds the true index about nine times in ten."""
    tried, got = f"{len(x)} numbers, k = {k}", asked_tail(call, x, k)
    wanted = "low < estimate < high, holding the truth in 87 to 93 samples of 100"
    if got is None or not 0 < got[1] < got[0] < got[2]:
        cause = NO_THREE if got is None else "the estimate comes first and lies in its band"
        return Failure(tried, wanted, str(got), cause, 1)
    # for a Pareto law k * index / estimate follows a gamma law of shape k, whatever the index
    ends = k * torch.tensor(got[1:], dtype=torch.float64) / got[0]
    low, high = torch.special.gammainc(torch.full_like(ends, k), ends).tolist()
    if 0.87 <= high - low <= 0.93:
        return None
    return Failure(tried, wanted, f"in {100 * (high - low):.0f}", _why_band(*got, len(x), k), 2)
