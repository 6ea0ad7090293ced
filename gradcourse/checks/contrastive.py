"""The six graded exercises of chapter 06: logits, losses, letting go, and a fair comparison.

Three have no twin in the library: the release for any logit, the gradients by angles that stay
right beside a twin, and the comparison with a tuned temperature.
"""

import math

import torch

from gradcourse.checks.compare import Failure, close_number, misfit, require, same
from gradcourse.checks.contrastive_parts import pairs, races
from gradcourse.checks.exercise import Exercise
from gradcourse.methods.contrastive import info_nce, log_odds, nt_xent

# contrastive.1: the logit
LOGIT = Exercise(
    id="contrastive.1",
    name="log_odds",
    title="The log-odds of a cosine",
    points=2,
    difficulty=1,
    minutes=8,
    hints=(
        "Read (1 + s) / 2 as a chance. What are its odds?",
        "log(p / (1 - p)) = log((1 + s) / (1 - s)) = 2 artanh s, times alpha (6.3).",
        "keep s within +-(1 - eps)\nreturn alpha times the log of (1 + s) / (1 - s)",
    ),
)


def _compare_logit(call, s, tried, **settings):
    want = log_odds(s, **settings)
    got = call("log_odds", s.clone(), **settings).value
    causes = pairs.logit_slips(s, want, **settings)
    return same(got, want, tried=tried, causes=causes, rtol=1e-7, hint=2)


@LOGIT.check("some cosines", hint=1)
def _some_cosines(call, draw):
    return _compare_logit(call, draw.uniform(-0.9, 0.9, 4), "log_odds(s) of four cosines")


@LOGIT.check("another power", hint=2)
def _another_power(call, draw):
    s, alpha = draw.uniform(-0.9, 0.9, 2, 3), draw.uniform(2.0, 5.0)
    return _compare_logit(call, s, f"log_odds(s, alpha={alpha:.3g})", alpha=alpha)


@LOGIT.check("the poles", hint=3)
def _poles(call, draw):
    s = torch.tensor([1.0, -1.0, 1 + 1e-7, draw.uniform(-0.5, 0.5)], dtype=torch.float64)
    return _compare_logit(call, s, "log_odds of 1, -1, 1 + 1e-7 and a small cosine")


@LOGIT.check("another eps", hint=3)
def _another_eps(call, draw):
    s, eps = draw.uniform(0.97, 1.0, 4), draw.uniform(0.05, 0.2)
    return _compare_logit(call, s, f"log_odds(s, eps={eps:.3g}) near 1", eps=eps)


# contrastive.2: InfoNCE
NCE = Exercise(
    id="contrastive.2",
    name="info_nce",
    title="InfoNCE, safe when cold",
    points=3,
    difficulty=2,
    minutes=12,
    hints=(
        "Row i of the cosines holds one partner, in column i. How surprising is it?",
        "-log softmax(s / tau) at the partner (6.1, 6.2); logsumexp shifts by the largest for you.",
        "divide each row of z1 and z2 by its length\nlogits = z1 @ z2.T / temperature\n"
        "return logsumexp of each row minus the diagonal",
    ),
)


def _compare_nce(call, z1, z2, tau, tried):
    want = info_nce(z1, z2, temperature=tau)
    got = call("info_nce", z1.clone(), z2.clone(), temperature=tau).value
    causes = pairs.nce_slips(z1, z2, tau, want)
    tried = f"{tried}, temperature = {tau:.3g}"
    return same(got, want, tried=tried, causes=causes, rtol=1e-7, atol=1e-9, hint=2)


@NCE.check("a batch", hint=2)
def _batch(call, draw):
    z1, z2 = pairs.views(draw, 5, 4)
    return _compare_nce(call, z1, z2, draw.uniform(0.2, 0.6), "five pairs in 4 dimensions")


@NCE.check("any length", hint=1)
def _any_length(call, draw):
    z1, z2 = pairs.views(draw, 5, 4)
    z1, z2 = z1 * draw.uniform(2.0, 9.0, 5, 1), z2 * draw.uniform(2.0, 9.0, 5, 1)
    return _compare_nce(call, z1, z2, draw.uniform(0.3, 0.9), "embeddings that are no unit vectors")


@NCE.check("all alike", hint=1)
def _all_alike(call, draw):
    z = draw.normal(1, 4).expand(6, 4)
    z = z / z.norm(dim=1, keepdim=True)
    return _compare_nce(call, z, z, draw.uniform(0.2, 0.6), "six times the same row: log 6 each")


@NCE.check("cold", hint=3)
def _cold(call, draw):
    z1, z2 = pairs.bad_views(draw, 4, 3)
    return _compare_nce(call, z1, z2, draw.uniform(5e-4, 1e-3), "four bad pairs, very cold")


# contrastive.3: find the bug
BUG = Exercise(
    id="contrastive.3",
    name="nt_xent",
    title="Find the bug",
    points=3,
    difficulty=2,
    minutes=12,
    hints=(
        "With one pair alone there is no stranger, so nothing to lose. What does the code give?",
        "A logit of 0 still takes the share e^0. What has no share has the logit -infinity.",
        "z = all 2 B directions; logits = z @ z.T / temperature\nthe diagonal becomes -infinity\n"
        "the partner of i is i + B, or i - B\nreturn logsumexp of each row minus its partner",
    ),
)


def _compare_xent(call, z1, z2, tau, tried):
    want = nt_xent(z1, z2, temperature=tau)
    got = call("nt_xent", z1.clone(), z2.clone(), temperature=tau).value
    causes = pairs.xent_slips(z1, z2, tau, want)
    tried = f"{tried}, temperature = {tau:.3g}"
    return same(got, want, tried=tried, causes=causes, rtol=1e-7, atol=1e-9, hint=2)


@BUG.check("one pair alone", hint=1)
def _one_pair(call, draw):
    z1, z2 = pairs.views(draw, 1, 3)
    return _compare_xent(call, z1, z2, draw.uniform(0.3, 0.9), "one pair: both losses are 0")


@BUG.check("two pairs", hint=3)
def _two_pairs(call, draw):
    z1, z2 = pairs.views(draw, 2, 3)
    return _compare_xent(call, z1, z2, draw.uniform(0.3, 0.9), "two pairs in 3 dimensions")


@BUG.check("a batch", hint=3)
def _xent_batch(call, draw):
    z1, z2 = pairs.views(draw, 6, 4)
    return _compare_xent(call, 3 * z1, z2, draw.uniform(0.3, 0.9), "six pairs in 4 dimensions")


@BUG.check("cold", hint=2)
def _xent_cold(call, draw):
    z1, z2 = pairs.bad_views(draw, 4, 3)
    return _compare_xent(call, z1, z2, draw.uniform(5e-4, 1e-3), "four bad pairs, very cold")


# contrastive.4: where any logit lets go
RELEASE = Exercise(
    id="contrastive.4",
    name="release_cosine",
    title="Where any logit lets go",
    points=3,
    difficulty=3,
    minutes=15,
    hints=(
        "The partner holds half where its weight equals that of all strangers together.",
        "logit(s*) = logsumexp of logit(strangers); the logit grows, so halve a bracket.",
        "total = logsumexp(logit(strangers))\nif logit(1) is below total: return 1\n"
        "low, high = -1, 1\nrepeat 60 times: middle; keep the half in which logit crosses total",
    ),
)


@RELEASE.check("a temperature", hint=2)
def _temperature(call, draw):
    tau = draw.uniform(0.08, 0.12)
    return pairs.compare_release(call, lambda s: s / tau, pairs.crowd(draw, 60), "s / tau")


@RELEASE.check("log-odds", hint=2)
def _odds(call, draw):
    alpha = draw.uniform(1.0, 3.0)
    odds = pairs.odds(alpha)
    return pairs.compare_release(call, odds, pairs.crowd(draw, 60), "log-odds, any power")


@RELEASE.check("a bent logit", hint=3)
def _bent(call, draw):
    steep, bend = draw.uniform(4.0, 6.0), draw.uniform(6.0, 9.0)
    return pairs.compare_release(call, lambda s: steep * s + bend * s**3, pairs.crowd(draw, 60),
                                 "a s + b s^3")


@RELEASE.check("one stranger", hint=1)
def _one_stranger(call, draw):
    tau, s = draw.uniform(0.1, 0.5), draw.uniform(-0.9, -0.4, 1)
    return pairs.compare_release(call, lambda s: s / tau, s, "s / tau, one stranger")


@RELEASE.check("never", hint=3)
def _never(call, draw):
    tau = draw.uniform(0.6, 0.9)
    return pairs.compare_release(call, lambda s: s / tau, pairs.crowd(draw, 60), "s / tau, warm")


@RELEASE.check("very cold", hint=2)
def _very_cold(call, draw):
    tau = draw.uniform(2e-4, 4e-4)
    return pairs.compare_release(call, lambda s: s / tau, pairs.crowd(draw, 60), "s / tau, cold")


# contrastive.5: gradients by the angle
ANGLES = Exercise(
    id="contrastive.5",
    name="angle_gradients",
    title="Gradients by the angle, beside a twin",
    points=4,
    difficulty=4,
    minutes=20,
    hints=(
        "Never go through a cosine near 1. The logit of an angle is -2 alpha log tan(theta / 2).",
        "By the angle the slope is -2 alpha / sin(theta). The partner gets 1 - P_+, a sum of the "
        "strangers' shares; stranger j gets P_j with the other sign.",
        "logits of partner and strangers from their angles; shares = softmax of all\n"
        "pull = sum of the strangers' shares * 2 alpha / sin(theta_pos)\n"
        "push = - shares of strangers * 2 alpha / sin(theta_neg)",
    ),
)


def _compare_angles(call, theta, others, alpha, tried):
    got = call("angle_gradients", theta, others.clone(), alpha).value
    want = pairs.by_angle(theta, others, alpha)
    causes = pairs.angle_slips(theta, others, alpha)
    tried = f"{tried}, alpha = {alpha:.3g}"
    odd = misfit(got, want)
    if odd:
        return Failure(tried, "a number and a tensor", "something else", odd, 3)
    for k, part in enumerate(("the pair's", "the strangers'")):
        failure = same(got[k], want[k], tried=f"{tried}: {part} gradient", atol=0.0, rtol=1e-6,
                       causes=[(c[k], text) for c, text in causes], hint=2)
        if failure:
            return failure
    return None


@ANGLES.check("an open angle", hint=1)
def _open_angle(call, draw):
    others = draw.uniform(0.5, 2.8, 5)
    return _compare_angles(call, draw.uniform(0.5, 1.2), others, 1.0, "five strangers")


@ANGLES.check("another power", hint=2)
def _angles_power(call, draw):
    others = draw.uniform(0.8, 2.5, 4)
    return _compare_angles(call, draw.uniform(0.6, 1.2), others, draw.uniform(2.0, 3.0),
                           "four strangers")


@ANGLES.check("a twin", hint=1)
def _twin(call, draw):
    others = draw.uniform(0.8, 2.5, 4)
    others[2] = draw.log_uniform(1e-7, 1e-6)
    return _compare_angles(call, draw.uniform(0.5, 1.0), others, 1.0,
                           "a stranger at less than a millionth of a radian")


@ANGLES.check("a pair that has closed", hint=2)
def _closed(call, draw):
    return _compare_angles(call, draw.log_uniform(1e-10, 1e-9), draw.uniform(0.8, 2.5, 4), 1.0,
                           "a pair less than a billionth of a radian apart")


# contrastive.6: a fair gain
FAIR = Exercise(
    id="contrastive.6",
    name="fair_gain",
    title="A fair gain over a tuned temperature",
    points=4,
    difficulty=4,
    minutes=15,
    hints=(
        "What chooses must not judge: the temperature comes from the looking seeds alone.",
        "Gain of a seed: free less tuned, same seed. Interval: mean -+ t sd / sqrt(n), with n - 1.",
        "for each tau: mean of train('temperature', tau, seed) over looking; take the best\n"
        "for each fresh seed: train('alpha', 1.0, seed) - train('temperature', best, seed)\n"
        "mean and standard deviation of these; return best, low, mid, high",
    ),
)


def _race(call, draw):
    race = races.Race(draw)
    got = race.ask(call)
    return race, got


@FAIR.check("the temperature", hint=1)
def _choice(call, draw):
    race, got = _race(call, draw)
    causes = [
        (race.peeked, "this one is best on the fresh seeds: they must judge, not choose"),
        (race.worst, "the share named right is to be large: you took the smallest"),
        (race.lucky, "this one had the best single run: take the best mean over looking seeds"),
    ]
    return race.missed(got) or close_number(got[0], race.tau, tried=race.told, causes=causes,
                                            hint=3)


@FAIR.check("the gain", hint=2)
def _gain(call, draw):
    race, got = _race(call, draw)
    return race.missed(got) or close_number(
        got[2], race.interval()[1], tried=race.told, causes=race.gain_slips(), atol=1e-4,
        hint=2)


@FAIR.check("the interval", hint=2)
def _interval(call, draw):
    race, got = _race(call, draw)
    odd = race.missed(got)
    if odd:
        return odd
    half, want = (got[3] - got[1]) / 2, race.half()
    failure = close_number(half, want, tried=f"{race.told}: half of the interval", atol=1e-4,
                           causes=race.half_slips(), hint=2)
    return failure or require(
        math.isclose(got[1] + got[3], 2 * got[2], abs_tol=1e-3),
        tried=race.told, expected="the mean in the middle of the interval", got="another number",
        cause="low and high lie as far below as above the mean", hint=2)


@FAIR.check("no peeking", hint=1)
def _no_peeking(call, draw):
    race, got = _race(call, draw)
    odd = race.missed(got)
    return odd or race.judge_questions()
