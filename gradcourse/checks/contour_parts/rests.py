"""One cause at a time, and where a rounded rule rests: exercises five and six."""

import torch

from gradcourse.checks import bowls
from gradcourse.checks.call import counted
from gradcourse.checks.compare import Failure, close, require, same, tell, untouched
from gradcourse.checks.contour_parts import flats
from gradcourse.checks.exercise import Exercise

NOTHING = "nothing came back: end the function with return"
STILL = "these masses still move: was an iteration stopped too early?"

# contour.5: isolate the step
ISOLATE = Exercise(
    id="contour.5",
    name="step_bias",
    title="Isolate the step's bias",
    points=4,
    difficulty=4,
    minutes=20,
    hints=(
        "Change one thing at a time. What else could move when lr does?",
        "frozen masses; steps = total / lr, rounded; another seed for each lr; the error is the "
        "mean over chains minus the truth, its standard error std / sqrt(C).",
        "for k, lr in enumerate(lrs):\n    means = walk(lr, round(total / lr), True, k)\n"
        "    append (mean of means - truth, std of means / sqrt(number of chains))",
    ),
)


def _experiment(call, draw):
    walk = flats.Walks(draw)
    lrs = sorted(draw.log_uniform(0.002, 0.05) for _ in range(4))
    lrs = [lr * (1 + 0.2 * k) for k, lr in enumerate(lrs)]
    total = draw.uniform(300.0, 900.0)
    oracle = counted(walk, expect=len(lrs), what="the walk")
    rows = call("step_bias", oracle, list(lrs), total, walk.truth).value
    pairs = [bowls.numbers(row, 2) for row in rows] if isinstance(rows, list | tuple) else [None]
    tried = f"{len(lrs)} steps from {lrs[0]:.2g} to {lrs[-1]:.2g}, total time {total:.0f}"
    if len(pairs) != len(lrs) or None in pairs:
        cause = NOTHING if rows is None else "a pair (error, standard error) is wanted for each lr"
        failure = Failure(tried, "a list of pairs", "something else", cause, 1)
        return walk, lrs, total, failure, tried
    if not walk.asked:
        failure = Failure(tried, "walks", "none", "nothing was walked: ask walk(...)", 1)
        return walk, lrs, total, failure, tried
    return walk, lrs, total, pairs, tried


@ISOLATE.check("the masses are frozen", hint=1)
def _frozen(call, draw):
    walk, _, _, pairs, tried = _experiment(call, draw)
    if isinstance(pairs, Failure):
        return pairs
    loose = sum(not asked[2] for asked in walk.asked)
    cause = "two causes at once: masses that are still learnt move the mean too; freeze them"
    return require(not loose, tried=tried, expected="frozen = True in every walk",
                   got=f"{loose} walks that learn", cause=cause, hint=1)


@ISOLATE.check("equal time", hint=2)
def _equal_time(call, draw):
    walk, lrs, total, pairs, tried = _experiment(call, draw)
    if isinstance(pairs, Failure):
        return pairs
    times = {lr: sum(asked[0] * asked[1] for asked in walk.asked if asked[0] == lr) for lr in lrs}
    fine = all(abs(time - total) <= lr * 1.01 + 1e-9 for lr, time in times.items())
    cause = "equal time, not equal steps: a walk of shorter steps needs more of them"
    if len({asked[1] for asked in walk.asked}) > 1:
        cause = "steps times lr must be the total time, for each lr"
    return require(fine, tried=tried, expected=f"time {total:.0f} for each lr", hint=2, cause=cause,
                   got=", ".join(f"{time:.0f}" for time in times.values()))


@ISOLATE.check("fresh noise", hint=2)
def _fresh_noise(call, draw):
    walk, lrs, _, pairs, tried = _experiment(call, draw)
    if isinstance(pairs, Failure):
        return pairs
    seeds = {asked[3] for asked in walk.asked}
    cause = "one seed for all: the errors are not independent, each lr needs noise of its own"
    return require(len(seeds) == len(walk.asked), tried=tried, expected="another seed each time",
                   got=f"{len(seeds)} seeds for {len(walk.asked)} walks", cause=cause, hint=2)


def _column(call, draw, place, make, slips):
    walk, lrs, _, pairs, tried = _experiment(call, draw)
    if isinstance(pairs, Failure):
        return pairs
    last = {asked[0]: asked[4] for asked in walk.asked}
    if set(last) != set(lrs):
        missing = "walk once for each lr that was given"
        return Failure(tried, f"{len(lrs)} values of lr", f"{len(last)}", missing, 2)
    rows = [last[lr] for lr in lrs]
    want = [make(row, walk.truth) for row in rows]
    causes = [([slip(row, walk.truth) for row in rows], cause) for slip, cause in slips]
    got = [float(pair[place]) for pair in pairs]
    return same(got, want, tried=tried, causes=causes, rtol=1e-6, hint=2)


@ISOLATE.check("the error", hint=2)
def _error(call, draw):
    slips = [(lambda v, t: float(t - v.mean()), "the sign: mean minus truth"),
             (lambda v, t: float(v.mean()), "this is the mean: the truth is to be taken off"),
             (lambda v, t: abs(float(v.mean()) - t), "the sign is lost: a bias has a direction"),
             (lambda v, t: float(v[0] - t), "one chain only: average over all of them")]
    return _column(call, draw, 0, lambda v, t: float(v.mean()) - t, slips)


@ISOLATE.check("its standard error", hint=2)
def _standard_error(call, draw):
    n = 24
    slips = [(lambda v, t: float(v.std()), "the spread of one chain: divide by the root of C"),
             (lambda v, t: float(v.std()) / n, "divide by the root of C, not by C"),
             (lambda v, t: float(v.var()) / n**0.5, "the standard deviation, not the variance"),
             (lambda v, t: float(v.std(correction=0)) / n**0.5,
              "C - 1 stands below the squares: the mean comes from the same chains")]
    return _column(call, draw, 1, lambda v, t: float(v.std()) / n**0.5, slips)


# contour.6: the place of rest
REST = Exercise(
    id="contour.6",
    name="resting_masses",
    title="Where a rounded rule rests",
    points=5,
    difficulty=5,
    minutes=30,
    hints=(
        "At rest theta(i) is proportional to the mean of w over bin i under q. Write w/Psi^zeta.",
        "d - log E_i exp(zeta (1 - s) d) = log theta*(i) - a_(i-1) (4.14), a_0 = log theta*(0); "
        "rounded down it is exp(-zeta s d).",
        "a_0 = log of the target's mass in bin 0\nfor each bin i from 1:\n"
        "    find d by halving an interval: the left side grows with d\n    a_i = a_(i-1) + d\n"
        "return softmax of a",
    ),
)


def _compare_rest(call, t, zeta, edge, tried, hint=2):
    want = flats.rest(t.p, t.J, t.s, zeta, edge)
    value = call("resting_masses", t.p, t.J.clone(), t.s.clone(), zeta, edge).value
    if close(value, want, rtol=1e-7, atol=1e-9):  # the slips below take longer than the answer
        return None
    true, other = t.theta, "lower" if edge == "upper" else "upper"
    loose = flats.rest(t.p, t.J, t.s, zeta, edge, field=true.log())
    causes = [
        (true, "these are the true masses: a rounded weight does not rest there"),
        (flats.rest(t.p, t.J, t.s, zeta, other), f"this is where the {other} edge rests"),
        (flats.first_order(t.p, t.J, t.s, zeta, edge), "first order only: it is not linear"),
        (loose, "a_(i-1) is the learnt mass of the bin below, not the true one"),
        (flats.rest(t.p, t.J, 1 - t.s, zeta, edge), "s counts from the lower edge"),
        (flats.rest(t.p, t.J, t.s, 1.0, edge), "zeta is missing in the exponent"),
        (lambda got: _scaled(got, want), "right up to a factor: masses sum to one"),
        (lambda got: _near(got, want), STILL),
    ]
    return same(value, want, tried=tried, causes=causes, rtol=1e-7, atol=1e-9, hint=hint,
                otherwise="the mean update is not zero there")


def _scaled(got, want):
    ok = isinstance(got, torch.Tensor) and got.shape == want.shape and float(got.sum()) > 0
    total = float(got.double().sum()) if ok else 1.0
    return abs(total - 1) > 1e-6 and torch.allclose(got.double() / total, want, rtol=1e-6)


def _near(got, want):
    ok = isinstance(got, torch.Tensor) and got.shape == want.shape
    return ok and abs(float(got.double().sum()) - 1) < 1e-6


@REST.check("not flattened", hint=1)
def _rest_zero(call, draw):
    return _compare_rest(call, flats.target(draw), 0.0, "upper", "zeta = 0: the true masses", 1)


@REST.check("the upper edge", hint=2)
def _rest_upper(call, draw):
    zeta = draw.uniform(0.6, 0.85)
    return _compare_rest(call, flats.target(draw), zeta, "upper", f"rounded up, zeta = {zeta:.2f}")


@REST.check("the lower edge", hint=2)
def _rest_lower(call, draw):
    zeta = draw.uniform(0.6, 0.85)
    tried = f"rounded down, zeta = {zeta:.2f}"
    return _compare_rest(call, flats.target(draw), zeta, "lower", tried)


@REST.check("fully flat", hint=3)
def _rest_one(call, draw):
    return _compare_rest(call, flats.target(draw), 1.0, "upper", "rounded up, zeta = 1", 3)


@REST.check("inputs are left alone", hint=3)
def _rest_inputs(call, draw):
    t = flats.target(draw)
    args = t.p, t.J.clone(), t.s.clone(), 0.7, "upper"
    reply = call("resting_masses", *args)
    if reply.value is None:
        return Failure(tell("resting_masses", *args), "masses", "None", NOTHING, 1)
    return untouched(reply, *args[:3], tried="a call, and then a look at its inputs", hint=3)
