"""What flattening costs, and the weight that undoes it: exercises three and four."""

import math

import torch

from gradcourse.checks import bowls
from gradcourse.checks.compare import Failure, same, untouched
from gradcourse.checks.contour_parts import flats
from gradcourse.checks.exercise import Exercise

NOTHING = "nothing came back: end the function with return"
UNSCALED = "a sum is not normalised, or too large for exp: use softmax"

# contour.3: the flat mean and its price
PRICE = Exercise(
    id="contour.3",
    name="flat_mean_and_share",
    title="The flat mean and its price",
    points=3,
    difficulty=3,
    minutes=15,
    hints=(
        "On a grid every density is a row of numbers that sums to one.",
        "q is proportional to p / Psi^zeta (4.3); the share is 1 / sum p^2 / q (4.13).",
        "p = softmax of log_p; q = softmax of log_p - zeta * log_psi\n"
        "return sum of q x, and 1 / sum of p * p / q",
    ),
)


def _compare_price(call, t, psi, zeta, tried, lift=0.0, hint=2):
    want = flats.moments(t.log_p, t.x, psi, zeta)
    p, q, full = (t.log_p - z * psi for z in (0.0, zeta, 1.0))
    p, q, full = (v.softmax(0) for v in (p, q, full))
    back = (t.log_p + zeta * psi).softmax(0)
    mean, share = want
    upside = float((q * q / p).sum())
    causes = [
        ((share, mean), "the mean comes first, then the share"),
        ((mean, 1 / share), "this is E (p/q)²: the share is one over it"),
        ((mean, upside), "upside down: p² / q is summed, not q² / p"),
        ((mean, 1 / upside), "upside down: p² / q is summed, not q² / p"),
        ((mean, float(1 / (p * p / full).sum())), "zeta is forgotten in the share"),
        ((float(full @ t.x), float(1 / (p * p / full).sum())), "zeta is forgotten: Psi^zeta"),
        ((float(back @ t.x), float(1 / (p * p / back).sum())), "divide by Psi^zeta, not multiply"),
        ((float(p @ t.x), share), "this is the target's mean: the flattened one is asked"),
        ((mean, float(1 / (q * q).sum() / len(q))), "the share compares q with p"),
        (lambda got: _wild(got), UNSCALED),
    ]
    args = t.log_p + lift, t.x.clone(), psi + 0.3 * lift, zeta
    value = call("flat_mean_and_share", *args).value
    got = bowls.numbers(value, 2)
    if got is None:
        wild = isinstance(value, list | tuple) and len(value) == 2
        cause = UNSCALED if wild else flats.NO_PAIR
        return Failure(tried, "(mean, share)", "no two finite numbers", cause, 3 if wild else 1)
    other = "the numbers differ from the sums over the grid"
    return same(tuple(got), want, tried=tried, causes=causes, rtol=1e-6, atol=1e-8, hint=hint,
                otherwise=other)


def _wild(got):
    pair = bowls.numbers(got, 2)
    return pair is None or not all(map(math.isfinite, pair)) or not 0 < pair[1] <= 1 + 1e-9


def _flattened(draw):
    t = flats.target(draw)
    return t, flats.log_psi(t.theta, t.J, t.s)


@PRICE.check("not flattened", hint=1)
def _not_flat(call, draw):
    t, psi = _flattened(draw)
    return _compare_price(call, t, psi, 0.0, "zeta = 0: nothing changes, every sample counts")


@PRICE.check("two equal modes", hint=1)
def _symmetric(call, draw):
    t = flats.target(draw, small=0.5)
    psi = flats.log_psi(t.theta, t.J, t.s)
    return _compare_price(call, t, psi, draw.uniform(0.6, 0.9), "two equal modes around 0")


@PRICE.check("a lopsided target", hint=2)
def _lopsided(call, draw):
    t, psi = _flattened(draw)
    return _compare_price(call, t, psi, draw.uniform(0.5, 0.8), "a small mode and a large one")


@PRICE.check("any constant", hint=3)
def _constant(call, draw):
    t, psi = _flattened(draw)
    lift = draw.choice([-1.0, 1.0]) * draw.uniform(900.0, 1500.0)
    tried = f"{lift:+.0f} added to log_p, {0.3 * lift:+.0f} to log_psi"
    return _compare_price(call, t, psi, draw.uniform(0.5, 0.8), tried, lift, 3)


# contour.4: the rounded weight
WEIGHT = Exercise(
    id="contour.4",
    name="weight",
    title="Find the bug: a rounded weight",
    points=3,
    difficulty=4,
    minutes=15,
    hints=(
        "The force follows straight lines of log Psi. What does the given weight follow?",
        "log Psi = s log theta(J) + (1 - s) log theta(J - 1) (4.4), flat in bin 0; w = Psi^zeta.",
        "J and s from (u - u0) / du, both kept in range\n"
        "log_psi = s * log theta[J] + (1 - s) * log theta[max(J - 1, 0)]\n"
        "return exp(zeta * log_psi)",
    ),
)


def _weight_slips(theta, J, s, zeta):
    foot = theta[(J - 1).clamp(min=0)]
    psi = flats.log_psi(theta, J, s)
    return [
        (theta[J] ** zeta, "this is the weight as it was given: it jumps at the bins' edges"),
        (foot**zeta, "rounded down instead of up: still a staircase, the force follows lines"),
        ((s * theta[J] + (1 - s) * foot) ** zeta, "log Psi is straight, not Psi: interpolate logs"),
        (flats.log_psi(theta, J, 1 - s).mul(zeta).exp(),
         "s counts from the lower edge: at s = 1 Psi is theta(J)"),
        (psi.exp(), "zeta is missing: the weight is Psi to that power"),
        ((-zeta * psi).exp(), "upside down: what was visited too often weighs less"),
        (zeta * psi, "this is the logarithm of the weight"),
        (((s * theta.log()[J] + (1 - s) * theta.log()[J - 1]) * zeta).exp(),
         "bin 0 has no bin below: there Psi is theta(0)"),
    ]


def _compare_weight(call, theta, u, u0, du, zeta, tried, hint=2):
    t = (u - u0) / du
    J = t.floor().clamp(0, len(theta) - 1).long()
    s = (t - J).clamp(0, 1)
    want = (zeta * flats.log_psi(theta, J, s)).exp()
    args = theta.clone(), u.clone(), u0, du, zeta
    reply = call("weight", *args)
    slips = _weight_slips(theta, J, s, zeta)
    return same(reply.value, want, tried=tried, causes=slips, rtol=1e-7, hint=hint) or untouched(
        reply, *args[:2], tried=tried)


@WEIGHT.check("inside the bins", hint=2)
def _inside_bins(call, draw):
    theta = flats.masses(draw, 9)
    u0, du = draw.uniform(-2.0, 2.0), draw.uniform(0.3, 0.8)
    u = u0 + du * (1 + torch.arange(8) + draw.uniform(0.1, 0.4, 8))
    zeta = draw.uniform(0.4, 0.7)
    return _compare_weight(call, theta, u, u0, du, zeta, "an energy in each bin but the first")


@WEIGHT.check("the first bin, and beyond", hint=2)
def _ends(call, draw):
    theta = flats.masses(draw, 6)
    u0, du = draw.uniform(-2.0, 2.0), draw.uniform(0.3, 0.8)
    u = u0 + du * torch.tensor([-0.7, 0.3, 0.6, 2.3, 6.4, 9.2], dtype=torch.float64)
    zeta = draw.uniform(0.4, 0.7)
    return _compare_weight(call, theta, u, u0, du, zeta, "below, bins 0 and 2, above")


@WEIGHT.check("tiny masses", hint=3)
def _tiny(call, draw):
    theta = torch.tensor([1.0, 1e-200, 1e-250, 1e-280], dtype=torch.float64)
    u = torch.tensor([1.4, 2.3, 3.6], dtype=torch.float64)
    zeta = draw.uniform(0.4, 0.7)
    return _compare_weight(call, theta, u, 0.0, 1.0, zeta, "masses down to 1e-280", 3)


@WEIGHT.check("averages are the target's", hint=1)
def _average(call, draw):
    t, zeta = flats.target(draw), draw.uniform(0.5, 0.8)
    theta = flats.masses(draw, len(t.theta))
    q = (t.log_p - zeta * flats.log_psi(theta, t.J, t.s)).softmax(0)
    w = call("weight", theta, t.u.clone(), t.u0, t.du, zeta).value
    if not isinstance(w, torch.Tensor) or w.shape != q.shape:
        return Failure("a grid", f"{len(q)} weights", "something else", NOTHING, 1)
    got, want = float((w * q) @ t.x / (w @ q)), float(t.p @ t.x)
    slips = [(float((v * q) @ t.x / (v @ q)), cause)
             for v, cause in _weight_slips(theta, t.J, t.s, zeta)]
    tried = "the weighted mean over a grid, for masses that are anything but true"
    return same(got, want, tried=tried, causes=slips, rtol=1e-6, hint=1)
