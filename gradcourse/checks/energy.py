"""The six graded exercises of chapter 05: two sums, a loss, a walk, a runaway, a design.

Guesses and curves stay with the judge. Two exercises have no twin in the library: the walk on
fresh guesses, and the number of bumps.
"""

import math
from itertools import permutations

import torch

from gradcourse.checks.compare import Failure, same
from gradcourse.checks.energy_parts import curves, guesses
from gradcourse.checks.exercise import Exercise
from gradcourse.methods import energy

# energy.1: the sum over switches
UNARY = Exercise(
    id="energy.1",
    name="log_partition_unary",
    title="A sum without summing",
    points=2,
    difficulty=1,
    minutes=10,
    hints=(
        "exp of a sum is a product, and a sum over all states of a product is a product of sums.",
        "L = sum over i of log((1 + exp u_i) / 2) (5.7). For large u, log(1 + exp u) is u.",
        "softplus(u) is log(1 + exp u), safely\nsubtract log 2 from each\nsum over the last axis",
    ),
)

PRIOR = "normalise by the prior: each of the 2^k states weighs 2^-k, so log 2 goes off per switch"


def _compare_unary(call, u, tried):
    want, k = energy.log_partition_unary(u), u.shape[-1]
    causes = [
        (lambda got: torch.is_tensor(got) and not got.isfinite().all(),
         "exp overflows: log(1 + exp u) is softplus(u), which does not"),
        (want + k * math.log(2), PRIOR),
        (want / k, "you took the mean over switches: logarithms of factors add up"),
        (want + (k - 1) * math.log(2), "log 2 goes off once for every switch, not once in all"),
        (want.sum(), "one number for each row: sum over the last axis only"),
    ]
    got = call("log_partition_unary", u.clone()).value
    return same(got, want, tried=tried, causes=causes, hint=2)


@UNARY.check("no scores", hint=1)
def _no_scores(call, draw):
    k = draw.integer(3, 6)
    return _compare_unary(call, 0 * draw.normal(4, k), f"scores 0 for {k} switches: L is 0")


@UNARY.check("one switch", hint=1)
def _one_switch(call, draw):
    return _compare_unary(call, draw.normal(5, 1), "one switch")


@UNARY.check("some switches", hint=2)
def _some_switches(call, draw):
    k = draw.integer(3, 6)
    return _compare_unary(call, 2 * draw.normal(4, k), f"{k} switches, against {2**k} terms")


@UNARY.check("huge scores", hint=3)
def _huge(call, draw):
    u = 800 * draw.normal(4, 3).sign() + draw.normal(4, 3)
    return _compare_unary(call, u, "scores of 800 and -800")


# energy.2: the joint loss
LOSS = Exercise(
    id="energy.2",
    name="joint_loss",
    title="The joint loss",
    points=3,
    difficulty=2,
    minutes=15,
    hints=(
        "tau stands in two places, and guesses under one mean.",
        "tau + mean of f*(g_prior - tau) - g_pos (5.4); f*(v) = exp(v) - 1, or for sparsemax "
        "(max(v, 0)^2 + 1) / 2 (5.11).",
        "v = g_prior - tau with a new last axis\nterms by the link\nmean over the last axis, "
        "plus tau, minus g_pos",
    ),
)


def _states(draw):
    """Draw scores of 16 states for three inputs, which of them was seen, and their L."""
    g = 1.5 * draw.normal(3, 16)
    return g, g[:, draw.integer(0, 15)].clone(), energy.log_partition_enumerated(g)


def _compare_loss(call, g_pos, g, tau, tried, link="logistic"):
    want, M = energy.joint_loss(g_pos, g, tau, link), g.shape[-1]
    terms = energy.conjugate(g - tau[:, None], link)
    averaged = energy.log_mean_loss(g_pos, g)
    causes = [
        (want + 1, "one off: f*(v) is exp(v) - 1, so that at tau = L the loss is L - g"),
        (want - 2 * tau, "minus tau: mass has a price, so tau is added, and too low costs most"),
        (averaged, "the logarithm of an average: put guesses under a plain mean instead"),
        (want + (M - 1) * terms.mean(-1), "guesses are averaged, not summed"),
        (want + 2 * g_pos, "the datum's score makes the loss smaller: minus g_pos"),
        (tau + (((g - tau[:, None]) ** 2 + 1) / 2).mean(-1) - g_pos,
         "below zero sparsemax's f* is flat: max(v, 0) first, then the square"),
        (want.mean(), "one loss for each row: the caller takes the mean"),
    ]
    got = call("joint_loss", g_pos.clone(), g.clone(), tau.clone(), link).value
    return same(got, want, tried=tried, causes=causes, hint=2)


@LOSS.check("at the log-partition", hint=1)
def _at_L(call, draw):
    g, g_pos, L = _states(draw)
    return _compare_loss(call, g_pos, g, L, "all 16 states as guesses, tau = L: the likelihood")


@LOSS.check("tau a little off", hint=2)
def _off(call, draw):
    g, g_pos, L = _states(draw)
    off = draw.choice([-1, 1]) * draw.uniform(0.5, 1.5, 3)
    return _compare_loss(call, g_pos, g, L + off, "all 16 states as guesses, tau off by about 1")


@LOSS.check("one guess", hint=2)
def _one_guess(call, draw):
    g, g_pos, L = _states(draw)
    return _compare_loss(call, g_pos, g[:, :1], L + 0.3, "a single guess for each input")


@LOSS.check("sparsemax", hint=2)
def _sparsemax(call, draw):
    g, g_pos, L = _states(draw)
    return _compare_loss(call, g_pos, 3 * g, L - 1, "link = 'sparsemax'", "sparsemax")


@LOSS.check("the price of mass", hint=3)
def _price(call, draw):
    g, g_pos, L = _states(draw)
    tau = L + draw.uniform(0.3, 0.9, 3)
    want = 1 - (L - tau).exp()
    got = call.grad("joint_loss", g_pos, g, tau, "logistic", wrt=2)
    causes = [(torch.ones(3).double(), "tau inside f* does not learn: no detach there"),
              (want - 2, "the slope in tau is 1 minus the mass, yours is minus 1 minus the mass"),
              (1 - 16 * (L - tau).exp(), "guesses are averaged, not summed"),
              (0 * tau, "tau has no effect: after the logarithm of an average it cancels")]
    return same(got, want, tried="the gradient of the loss in tau, tau above L", causes=causes,
                hint=3, otherwise="the slope in tau is 1 minus the mean of exp(g - tau)")


# energy.3: learn one number from guesses
WALK = Exercise(
    id="energy.3",
    name="learn_tau",
    title="Learn one number from guesses",
    points=3,
    difficulty=3,
    minutes=15,
    hints=(
        "Plain gradient descent on the bowl (5.2), with a mean over guesses in place of E.",
        "tau <- tau - lr * (1 - mean of exp(g - tau)), with g fresh from guess() at every step.",
        "repeat steps times:\n    g = guess()\n    mass = mean of exp(g - tau)\n"
        "    tau = tau - lr * (1 - mass)\nreturn tau",
    ),
)


@WALK.check("one step", hint=2)
def _one_step(call, draw):
    return guesses.compare(call, guesses.box(draw, S=draw.integer(3, 6), steps=1))


@WALK.check("many steps", hint=2)
def _many_steps(call, draw):
    return guesses.compare(call, guesses.box(draw, S=draw.integer(3, 6), steps=12))


@WALK.check("fresh guesses", hint=1)
def _fresh(call, draw):
    return guesses.judge_count(call, guesses.box(draw, S=4, steps=draw.integer(8, 15)))


@WALK.check("it ends on the sum", hint=3)
def _ends(call, draw):
    return guesses.judge_end(call, guesses.box(draw, S=64, steps=300, lr=0.05))


# energy.4: the objective that runs away
SAFE = Exercise(
    id="energy.4",
    name="safe_loss",
    title="Find the bug",
    points=3,
    difficulty=3,
    minutes=15,
    hints=(
        "What is the slope of a clamp past its border, and who pushes a score down there then?",
        "Past c = log(states) go on by the tangent: exp(c) (1 + v - c) - 1 (5.10).",
        "c = log(states)\nlow = v, but at most c\nf* = exp(low) * (1 + v - low) - 1",
    ),
)


def _rows(draw, states, past):
    """Draw scores so that g_prior - tau lies below log(states), or `past` above it."""
    c, tau = math.log(states), draw.normal(3)
    v = draw.uniform(-2.0, c - 0.3, 3, 4)
    if past:
        v[:, 1] = c + past * draw.uniform(0.9, 1.1, 3)
    return draw.normal(3), tau[:, None] + v, tau


def _compare_safe(call, draw, past, tried, dtype=torch.float64):
    states = 2 ** draw.integer(4, 6)
    rows = [part.to(dtype) for part in _rows(draw, states, past)]
    g_pos, g, tau = [part.double() for part in rows]
    v, c = g - tau[:, None], math.log(states)

    def loss(terms):
        return tau + terms.mean(-1) - g_pos

    want = energy.joint_loss(g_pos, g, tau, cap=c)
    two = math.log2(states)
    causes = [
        (lambda got: torch.is_tensor(got) and not got.isfinite().all(),
         "not finite: exp of what lies past the border must never be computed"),
        (loss(v.clamp(max=20).exp() - 1), guesses.BUG),
        (loss(v.clamp(max=c).exp() - 1), guesses.FLAT),
        (loss(v.clamp(max=c).exp() * 1 + (v - c).clamp(min=0) - 1),
         "the tangent at c has the slope exp(c), not 1"),
        (energy.joint_loss(g_pos, g, tau, cap=two), "the natural logarithm of states is meant"),
        (energy.joint_loss(g_pos, g, tau, cap=float(states)),
         "the border is log(states): it is p / q that stays below states"),
    ]
    got = call("safe_loss", *[part.clone() for part in rows], states).value
    tol = 1e-9 if dtype is torch.float64 else 1e-4
    return same(got, want, tried=f"{tried}, {states} states", causes=causes, hint=2, rtol=tol)


@SAFE.check("within the border", hint=2)
def _within(call, draw):
    return _compare_safe(call, draw, 0, "all g - tau below log(states)")


@SAFE.check("past the border", hint=2)
def _past(call, draw):
    return _compare_safe(call, draw, 2.5, "one g - tau a little above log(states)")


@SAFE.check("far past it", hint=3)
def _far(call, draw):
    return _compare_safe(call, draw, 300, "one g - tau 300 above log(states), single precision",
                         torch.float32)


@SAFE.check("who pushes back", hint=1)
def _push(call, draw):
    states = 2 ** draw.integer(4, 6)
    g_pos, g, tau = (part.float() for part in _rows(draw, states, 300))
    got = call.grad("safe_loss", g_pos, g, tau, states, wrt=1)
    v = (g - tau[:, None]).double()
    want = v.clamp(max=math.log(states)).exp() / 4
    below = want.clone()
    below[:, 1] = 0
    one = below.clone()
    one[:, 1] = 0.25
    causes = [(lambda got: torch.is_tensor(got) and got.isnan().any(),
               "infinity times zero: torch.where still differentiates what it leaves out"),
              (below, guesses.BUG if guesses.clamped(call, states) else guesses.FLAT),
              (one, "the tangent at c has the slope exp(c), not 1"),
              (lambda got: torch.is_tensor(got) and not got.isfinite().all(),
               "not finite: exp of what lies past the border must never be computed"),
              (v.clamp(max=math.log2(states)).exp() / 4,
               "the natural logarithm of states is meant")]
    return same(got, want, tried="the gradient in g_prior, one score 300 too high", causes=causes,
                hint=1, rtol=1e-4, otherwise="past the border the slope is states / S")


# energy.5: all rankings by subsets
ORDERS = Exercise(
    id="energy.5",
    name="log_partition_permutations",
    title="All rankings by subsets",
    points=4,
    difficulty=4,
    minutes=25,
    hints=(
        "Which things hold the first ranks matters, in which order they do does not.",
        "F(S) = logsumexp over i in S of F(S - i) + theta_i v_|S|, F(empty) = 0; at the end "
        "minus log k! (5.13).",
        "a dict from bitmask to (B,) tensors, F[0] = 0\nfor each mask from 1 to 2^k - 1:\n"
        "    size = number of its bits\n    stack F[mask without i] + theta_i v[size - 1] over its "
        "bits i\n    F[mask] = logsumexp of the stack\nreturn F[last] - lgamma(k + 1)",
    ),
)


def _compare_orders(call, theta, v, tried):
    k = len(v)
    want, logs = energy.log_partition_permutations(theta, v), math.lgamma(k + 1)
    best = (theta.sort(-1).values * v.sort().values).sum(-1)
    causes = [
        (want + logs, "the prior gives each order 1 / k!: take log k! off at the end"),
        ((theta * v).sum(-1), "v belongs to the rank, |S|, not to the thing i"),
        (best - logs, "this is the best order alone: a sum over orders needs logsumexp"),
        (best, "this is the best order alone: a sum over orders needs logsumexp"),
        (theta.sum(-1), "v is missing: a rank multiplies the score of who holds it"),
        (energy.log_partition_permutations(theta, v.roll(1)), "another worth for each rank"),
    ]
    got = call("log_partition_permutations", theta.clone(), v.clone()).value
    return same(got, want, tried=tried, causes=causes, hint=2)


def _worth(draw, k):
    return draw.uniform(0.3, 1.0, k).cumsum(0) - 0.4 * k


@ORDERS.check("one thing", hint=2)
def _one_thing(call, draw):
    return _compare_orders(call, draw.normal(3, 1), _worth(draw, 1) + 2, "k = 1: theta times v")


@ORDERS.check("two things", hint=2)
def _two_things(call, draw):
    return _compare_orders(call, draw.normal(3, 2), _worth(draw, 2), "k = 2: two orders")


@ORDERS.check("five things", hint=2)
def _five_things(call, draw):
    theta, v = draw.normal(2, 5), _worth(draw, 5)
    listed = torch.tensor(list(permutations(range(5))))
    want = (theta @ v[listed].T).logsumexp(-1) - math.lgamma(6)
    if not torch.allclose(want, energy.log_partition_permutations(theta, v)):
        return Failure("k = 5", "120 orders", "the judge is wrong", "tell us", 1)
    return _compare_orders(call, theta, v, "k = 5, against all 120 orders")


@ORDERS.check("eight things", hint=1)
def _eight_things(call, draw):
    return _compare_orders(call, 2 * draw.normal(2, 8), _worth(draw, 8), "k = 8: 40,320 orders")


# energy.6: how many bumps
DESIGN = Exercise(
    id="energy.6",
    name="choose",
    title="How many bumps for your guesses?",
    points=4,
    difficulty=4,
    minutes=20,
    hints=(
        "Few bumps are stiff, many are noisy. Where the error is least depends on curve and noise.",
        "Take S = budget // 60. For each K, average measure(S, K, seed) over some seeds; keep the "
        "K with the least average.",
        "S = budget // 60\nfor K in a dozen numbers from 1 to 40, denser where they are small:\n"
        "    mean of measure(S, K, seed) for seed 0, 1, 2\nreturn S and the best K",
    ),
)


@DESIGN.check("a smooth curve", hint=1)
def _smooth(call, draw):
    return curves.judge(call, curves.hidden(draw, waves=(0.5, 0.8), S=draw.integer(80, 120)))


@DESIGN.check("a wavy curve", hint=1)
def _wavy(call, draw):
    return curves.judge(call, curves.hidden(draw, waves=(3.2, 3.8), S=draw.integer(80, 120)))


@DESIGN.check("few guesses", hint=2)
def _few_guesses(call, draw):
    return curves.judge(call, curves.hidden(draw, waves=(0.5, 0.8), S=draw.integer(3, 5)))


@DESIGN.check("the budget", hint=2)
def _budget(call, draw):
    return curves.judge_budget(call, curves.hidden(draw, waves=(1.0, 2.0), S=draw.integer(50, 90)))


@DESIGN.check("an experiment", hint=3)
def _experiment(call, draw):
    return curves.judge_runs(call, curves.hidden(draw, waves=(1.0, 2.0), S=draw.integer(20, 60)))
