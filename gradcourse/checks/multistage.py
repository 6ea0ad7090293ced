"""The five graded exercises of chapter 01: a plan, a run, a floor, a slip to find, a switch.

Noise and bowl stay with the judge: an answer asks for gradients, or gets curves to read. Two
exercises have no twin in the library: the lengths for any steps, and the switch from two curves.
"""

from math import ceil, log, sqrt

import torch

from gradcourse.checks import runs, switches, walks
from gradcourse.checks.compare import Failure, close_number, misfit, same
from gradcourse.checks.exercise import Exercise
from gradcourse.methods import multistage as ms

# multistage.1: the stages of a budget
PLAN = Exercise(
    id="multistage.1",
    name="stages",
    title="The stages of a budget",
    points=2,
    difficulty=2,
    minutes=10,
    hints=(
        "Count the stages from 1. Stage 1 is special; all others follow one rule.",
        "lr_s = 1 / (4^s L) (1.4), n_s = 2^s * ceil(sqrt kappa * log 2^(p+2)) (1.5), s >= 2.",
        "unit = ceil(...); s = 1; plan = []\nwhile some budget is left:\n"
        "    lr and n of stage s; n is at most what is left\n"
        "    append (lr, n); take n from the budget; s goes up by one",
    ),
)


def _long_plan(call, draw, **p):
    """Ask for a plan of five stages at least; wrong lengths leave three."""
    L, mu = runs.ends(draw)
    budget = 100 * runs.unit(L, mu, **p)
    tried, plan = runs.asked_plan(call, L, mu, draw.integer(5, 30), budget, **p)
    if isinstance(plan, list) and len(plan) < 3:
        cause = "the stages are too long, or too few: this budget has room for five"
        plan = Failure(tried, "five stages", f"{len(plan)}", cause, 2)
    return L, mu, tried, plan


@PLAN.check("the first stage", hint=1)
def _first_stage(call, draw):
    (L, mu), n1 = runs.ends(draw), draw.integer(10, 30)
    for budget in (n1 - draw.integer(1, 8), n1 + draw.integer(1, 8)):
        tried, plan = runs.asked_plan(call, L, mu, n1, budget)
        if isinstance(plan, Failure):
            return plan
        causes = [
            ((1 / L, n1), "a budget below n1 cuts the first stage too"),
            ((1 / (4 * L), min(n1, budget)), "the first stage steps 1 / L, the longest of all"),
            ((1 / L, 2 * runs.unit(L, mu)), "the first stage takes n1 steps, whatever the unit"),
        ]
        failure = same(plan[0], (1 / L, min(n1, budget)), tried=tried, causes=causes, hint=1)
        if failure:
            return failure
    return None


@PLAN.check("the steps", hint=2)
def _steps(call, draw):
    L, _, tried, plan = _long_plan(call, draw)
    if isinstance(plan, Failure):
        return plan
    causes = [
        ([1 / L, 1 / L], runs.NEVER),
        ([1 / (4 * L), 1 / (16 * L)], runs.FROM_ONE),
        ([1 / (4 * L), 1 / (8 * L)], "the step shrinks by 4 from stage to stage, yours by 2"),
    ]
    got, want = [lr for lr, _ in plan[1:3]], [1 / (16 * L), 1 / (64 * L)]
    return same(got, want, tried=f"{tried}: lr of stages 2 and 3", causes=causes, hint=2)


def _lengths(call, draw, **p):
    L, mu, tried, plan = _long_plan(call, draw, **p)
    if isinstance(plan, Failure):
        return plan
    c, got = runs.unit(L, mu, **p), [steps for _, steps in plan[1:3]]
    tried, slips = f"{tried}: steps of stages 2 and 3", runs.length_slips(L, mu, **p)
    return same(got, [4 * c, 8 * c], tried=tried, causes=slips, hint=2)


@PLAN.check("the lengths", hint=2)
def _plain_lengths(call, draw):
    return _lengths(call, draw)


@PLAN.check("another p", hint=2)
def _another_p(call, draw):
    return _lengths(call, draw, p=draw.integer(2, 3))


@PLAN.check("the whole budget", hint=3)
def _whole_budget(call, draw):
    (L, mu), n1 = runs.ends(draw), draw.integer(5, 30)
    c = runs.unit(L, mu)
    for budget in (n1 + 28 * c + draw.integer(1, 31 * c), n1 + 12 * c, n1 + 12 * c + 1):
        tried, plan = runs.asked_plan(call, L, mu, n1, budget)
        if isinstance(plan, Failure):
            return plan
        spent = sum(steps for _, steps in plan)
        cause = "the stages spend more than the budget: cut the last one"
        if spent < budget:
            cause = "gradients are left over: the last stage is cut, not dropped"
        if spent != budget:
            return Failure(tried, f"{budget} steps in all", f"{spent:g} steps", cause, 3)
        if min(steps for _, steps in plan) <= 0:
            cause = "an empty stage: stop as soon as the budget is spent"
            return Failure(tried, "stages of a step at least", "one of none", cause, 3)
    return None


# multistage.2: the whole method
RUN = Exercise(
    id="multistage.2",
    name="masg",
    title="The whole method",
    points=4,
    difficulty=3,
    minutes=20,
    hints=(
        "Inside a stage it is Nesterov's method. What must happen between two stages?",
        "y = x + beta (x - x_old) (1.1), x_next = y - lr grad(y) (1.2), beta from lr (1.3); "
        "a stage begins with x_old = x (1.6).",
        "x = x0\nfor each (lr, steps) of your plan:\n    x_old = x; beta from lr and mu\n"
        "    repeat steps times: y from x and x_old; x_old, x = x, y - lr * grad(y)\n"
        "return x",
    ),
)


@RUN.check("before the switch", hint=2)
def _before(call, draw):
    return runs.compare_end(call, runs.problem(draw, lambda n1, c: n1 - 1))


@RUN.check("just after the switch", hint=1)
def _after(call, draw):
    more = draw.integer(2, 4)
    return runs.compare_end(call, runs.problem(draw, lambda n1, c: n1 + more))


@RUN.check("into the third stage", hint=2)
def _third(call, draw):
    return runs.compare_end(call, runs.problem(draw, lambda n1, c: n1 + 4 * c + draw.integer(5, c)))


@RUN.check("the whole budget", hint=3)
def _spent(call, draw):
    for more in (-2, draw.integer(3, 9)):
        case = runs.problem(draw, lambda n1, c, more=more: n1 + more)
        reply, oracle = runs.run(call, case)
        if reply.value is None:
            return Failure(case.told(), "a point", "None", walks.NOTHING, 1)
        failure = runs.wrong_count(oracle.count, case)
        if failure:
            return failure
    return None


@RUN.check("x0 is left alone", hint=3)
def _x0_left_alone(call, draw):
    case = runs.problem(draw, lambda n1, c: n1 + 5)
    return walks.kept(runs.run(call, case)[0], "x0", None, case.x0)


# multistage.3: the floor
FLOOR = Exercise(
    id="multistage.3",
    name="floor",
    title="The floor of a fixed step",
    points=3,
    difficulty=3,
    minutes=15,
    hints=(
        "In the end the variance S of x_k is the same before and after a step.",
        "S = lr^2 s^2 (1 - C) / ((1 + C) ((1 - C)^2 - A^2)) (1.11), with A and C of (1.10); the "
        "height is half the sum of h * S.",
        "beta from lr and mu\nfor each curvature: A, C, then S\nreturn half the sum of h * S",
    ),
)


def _floor_slips(h, lr, mu, noise, want):
    d, bound = len(h), len(h) * noise**2 * sqrt(lr / mu)
    spread = ms.floor(h, lr, mu, noise / h.sqrt())
    return [
        (2 * want, "the half is missing: the height is 1/2 sum of h x^2"),
        (want / noise, "noise is a standard deviation: its square is the variance"),
        (d * want, "noise is per coordinate already: its variance is not summed before"),
        (want / d, "sum over the coordinates: you took their mean, or noise for the total"),
        (bound, "this is the theorem's bound: the floor itself lies below it"),
        (bound / 8, "this is the limit of very short steps: here the step is longer"),
        (
            (lr * noise**2 / (2 - lr * h)).sum() / 2,
            "this is the floor without momentum: A and C hold beta",
        ),
        (spread, "weigh each variance with its curvature: the height is 1/2 sum of h S"),
    ]


def _compare_floor(call, h, lr, mu, noise, tried, rtol=1e-6):
    want = float(ms.floor(h, lr, mu, noise))
    tried = f"{tried}, lr = {lr:.3g}, mu = {mu:.3g}, noise = {noise:.3g}"
    slips = _floor_slips(h, lr, mu, noise, want)
    got = call("floor", h.clone(), lr, mu, noise).value
    for fine in (rtol, 1e-6):  # a cause must match more closely than a right answer
        failure = close_number(got, want, tried=tried, causes=slips, rtol=fine, atol=0.0, hint=2)
        if failure is None:
            return None
    return failure


@FLOOR.check("the longest step", hint=1)
def _longest(call, draw):
    h = draw.uniform(2.0, 5.0, 1)
    tried = f"one curvature, {float(h):.3g}, and lr = 1 / h: each step lands one noise away"
    mu, noise = draw.uniform(0.5, 1.0), draw.uniform(2.5, 4.0)
    return _compare_floor(call, h, 1 / float(h), mu, noise, tried)


@FLOOR.check("one curvature", hint=2)
def _one_curvature(call, draw):
    h, mu = draw.uniform(2.0, 5.0, 1), draw.uniform(0.5, 1.0)
    lr, noise = draw.uniform(0.05, 0.12), draw.uniform(2.5, 4.0)
    return _compare_floor(call, h, lr, mu, noise, f"one curvature, {float(h):.3g}")


@FLOOR.check("a hundred curvatures", hint=2)
def _hundred(call, draw):
    L, mu = runs.ends(draw)
    h, noise = draw.spectrum(100, mu, L), draw.uniform(0.1, 0.4)
    return _compare_floor(call, h, draw.uniform(0.4, 0.9) / L, mu, noise, "100 curvatures")


@FLOOR.check("a very short step", hint=3)
def _short(call, draw):
    L, mu = runs.ends(draw)
    h, noise = draw.spectrum(10, mu, L), draw.uniform(0.1, 0.4)
    return _compare_floor(call, h, draw.uniform(1e-7, 3e-7) / L, mu, noise, "10 curvatures", 2e-3)


# multistage.4: the published slip
LENGTHS = Exercise(
    id="multistage.4",
    name="stage_lengths",
    title="Find the bug",
    points=3,
    difficulty=2,
    minutes=10,
    hints=(
        "Which of the names in the given code is defined and never used?",
        "A stage must forget the start: n sqrt(lr mu) >= log 2^(p+2). So n grows with sqrt kappa.",
        "for each lr: n = the first whole number with n * sqrt(lr * mu) >= log(2 ** (p + 2))",
    ),
)


def _judge_lengths(call, L, mu, lrs, p=1):
    """Accept from the fewest steps that forget the start to a twofold rounding up."""
    tried, got = runs.asked_lengths(call, L, mu, lrs, p)
    if isinstance(got, Failure):
        return got
    need, c = log(2 ** (p + 2)), runs.unit(L, mu, p)
    fewest = [ceil(need / sqrt(lr * mu) - 1e-9) for lr in lrs]
    most = [c * (1 + 1 / sqrt(lr * L)) for lr in lrs]
    brief = any(n < few for n, few in zip(got, fewest, strict=True))
    if not brief and all(n <= top for n, top in zip(got, most, strict=True)):
        return None
    cause = runs.why_lengths(L, mu, lrs, got, p) or (runs.BRIEF if brief else runs.LONG)
    shown = ", ".join(f"{n:.10g}" for n in got)
    return Failure(tried, ", ".join(map(str, fewest)), shown, cause, 2)


@LENGTHS.check("the chapter's steps", hint=1)
def _chapter_steps(call, draw):
    L, mu = runs.ends(draw)
    return _judge_lengths(call, L, mu, [1 / (4**s * L) for s in range(3, 7)])


@LENGTHS.check("steps of any size", hint=2)
def _any_steps(call, draw):
    L, mu = runs.ends(draw)
    return _judge_lengths(call, L, mu, [draw.log_uniform(1e-5, 1e-2) / L for _ in range(5)])


@LENGTHS.check("another p", hint=2)
def _lengths_p(call, draw):
    L, mu = runs.ends(draw)
    lrs = [1 / (4**s * L) for s in range(4, 7)]
    return _judge_lengths(call, L, mu, lrs, draw.integer(2, 3))


@LENGTHS.check("the run settles", hint=1)
def _settles(call, draw):
    L, kappa, budget = draw.uniform(1.5, 9.0), draw.uniform(35.0, 50.0), 10_000
    mu, noise, n1 = L / kappa, draw.uniform(0.05, 0.2), ms.switch_short(L, L / kappa)
    lrs = [1 / (4**s * L) for s in range(2, 11)]
    tried, got = runs.asked_lengths(call, L, mu, lrs, 1)
    if isinstance(got, Failure):
        return got
    plan, left = [(1 / L, n1)], budget - n1
    for lr, steps in zip(lrs, got, strict=True):
        plan.append((lr, min(int(steps), left)))
        left -= plan[-1][1]
    plan[-1] = (plan[-1][0], plan[-1][1] + left)
    h = draw.spectrum(20, mu, L)
    parts = ms.expected_gap(h, draw.normal(20), noise, plan, mu, counts=[budget])
    share = float(sum(parts) / ms.floor(h, 1 / L, mu, noise))
    if share < 0.005:
        return None
    cause = runs.why_lengths(L, mu, lrs, got, 1) or "these lengths freeze the run"
    wanted = "a height below 1/200 of the fixed step's floor"
    return Failure(f"{tried}, {budget} gradients", wanted, f"{share:.2g} of it", cause, 1)


# multistage.5: when to switch
SWITCH = Exercise(
    id="multistage.5",
    name="when_to_switch",
    title="When to switch",
    points=2,
    difficulty=3,
    minutes=10,
    hints=(
        "Which of the two curves does a shorter step help against? When does that one rule?",
        "The answer is one more than the last n with bias[n] > variance[n], and 0 without one.",
        "above = all n where bias[n] > variance[n]\n"
        "nothing in above: return 0\nreturn the last of them plus 1",
    ),
)


def _compare_switch(call, bias, variance, tried):
    got, want = (
        call("when_to_switch", bias.clone(), variance.clone()).value,
        switches.stays(bias, variance),
    )
    slips = switches.slips(bias, variance)
    return same(got, want, tried=tried, causes=slips, rtol=0.0, hint=2, otherwise="another n")


@SWITCH.check("one crossing", hint=1)
def _one_crossing(call, draw):
    return _compare_switch(call, *switches.curves(draw), "two smooth curves that cross once")


@SWITCH.check("a dip", hint=2)
def _dip(call, draw):
    bias, variance = switches.curves(draw)
    at = switches.stays(bias, variance) - draw.integer(6, 7)
    bias[at : at + 3] = variance[at : at + 3] * draw.uniform(0.8, 0.95, 3)
    return _compare_switch(call, bias, variance, "a bias that swings low for three n, then returns")


@SWITCH.check("noise alone", hint=3)
def _noise_alone(call, draw):
    bias, variance = switches.curves(draw)
    return _compare_switch(call, torch.zeros_like(bias), variance, "a bias of 0 everywhere")


@SWITCH.check("no crossing", hint=3)
def _no_crossing(call, draw):
    bias, variance = switches.curves(draw)
    free = _compare_switch(call, bias, 0.0 * variance, "no noise: the bias stays above")
    early = draw.integer(14, 22)
    return free or _compare_switch(
        call, bias[:early], variance[:early], "curves that end before they cross"
    )


@SWITCH.check("the height at the end", hint=1)
def _end(call, draw):
    race = switches.Race.drawn(draw)
    bias, variance = race.curves()
    got = call("when_to_switch", bias.clone(), variance.clone()).value
    odd = misfit(got, 1)
    if odd or not 0 <= got <= len(bias) or got != int(got):
        cause = odd or "an n from 0 to len(bias) is wanted"
        return Failure(race.told(), "a whole number", "something else", cause, 2)
    ratio = race.height(int(got)) / race.best()
    if ratio <= 1.15:
        return None
    cause = "too late: noise ruled for long" if got > len(bias) / 2 else "too early: bias rules"
    why = switches.compare(got, bias, variance, "")
    cause = cause if why is None or why.cause == switches.OTHER else why.cause
    wanted = "a height at the end at most 15 % above the best switch"
    return Failure(race.told(), wanted, f"{ratio:.3g} times the best", cause, 1)
