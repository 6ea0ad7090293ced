"""The six graded exercises of chapter 07: a mask, a pull, a path, a step, a clock, a comparison.

Two have no twin in the library: the whole step of plain descent, and the comparison, in which the
judge holds the runs and looks at what was asked.
"""

from gradcourse.checks import walks
from gradcourse.checks.compare import Failure, require, same
from gradcourse.checks.exercise import Exercise
from gradcourse.checks.nimble_parts import clocks, shares, trials

# nimble.1: the ramp mask
MASK = Exercise(
    id="nimble.1",
    name="ramp_mask",
    title="The ramp mask",
    points=1,
    difficulty=1,
    minutes=5,
    hints=(
        "Neuron j is whole when N is j + 1 or more, and shut when N is j or less.",
        "m_j = min(max(N - j, 0), 1) (7.2), with j from 0.",
        "numbers = 0, 1, ..., capacity - 1 as float64\nreturn N - numbers, cut to [0, 1]",
    ),
)


@MASK.check("between whole numbers", hint=2)
def _between(call, draw):
    whole = draw.integer(2, 4)
    return shares.compare_mask(call, whole + draw.uniform(0.15, 0.4), whole + draw.integer(3, 4))


@MASK.check("more than half a neuron", hint=2)
def _more_than_half(call, draw):
    whole = draw.integer(2, 4)
    return shares.compare_mask(call, whole + draw.uniform(0.6, 0.85), whole + draw.integer(3, 4))


@MASK.check("a whole number", hint=1)
def _whole(call, draw):
    whole = draw.integer(2, 4)
    return shares.compare_mask(call, float(whole), whole + draw.integer(2, 4))


@MASK.check("none and all", hint=1)
def _none_and_all(call, draw):
    H = draw.integer(3, 6)
    for N in (0.0, -draw.uniform(0.5, 2.0), H + draw.uniform(0.3, 0.7)):
        failure = shares.compare_mask(call, N, H)
        if failure:
            return failure
    return None


# nimble.2: the pull at the size
PULL = Exercise(
    id="nimble.2",
    name="size_gradient",
    title="The pull at the size",
    points=2,
    difficulty=2,
    minutes=10,
    hints=(
        "Which neurons change their share when N grows a little?",
        "Only j = floor(N): the pull is the sum over examples of r * v_j * h_j (7.6).",
        "if N is below 0, or at H or above: return 0.0\nj = N rounded down\n"
        "return the sum over i of r[i] * v[j] * h[i, j], as a float",
    ),
)


@PULL.check("the first neuron", hint=1)
def _first_neuron(call, draw):
    return shares.compare_pull(call, draw, draw.uniform(0.2, 0.8), 4)


@PULL.check("the neuron that opens", hint=2)
def _opens(call, draw):
    N = draw.integer(1, 3) + draw.uniform(0.2, 0.8)
    return shares.compare_pull(call, draw, N, 6)


@PULL.check("a difference quotient", hint=2)
def _quotient(call, draw):
    return shares.compare_quotient(call, draw)


@PULL.check("nothing to open", hint=3)
def _nothing(call, draw):
    full = shares.compare_pull(call, draw, 4 + draw.uniform(0.2, 0.8), 4)
    return full or shares.compare_pull(call, draw, -draw.uniform(0.2, 0.8), 4)


# nimble.3: the path of the size
PATH = Exercise(
    id="nimble.3",
    name="size_path",
    title="The path of the size",
    points=3,
    difficulty=2,
    minutes=10,
    hints=(
        "Adam keeps two averages. Both begin at zero: what does that do to the first steps?",
        "g = 2 (N - target); M = beta1 M + (1 - beta1) g; V alike with g^2; then (7.7) with a = k.",
        "path = [start]; M = V = 0\nfor k = 1, ..., steps:\n    g, then M and V\n"
        "    N -= lr * (M / (1 - beta1^k)) / (root of V / (1 - beta2^k), plus eps)\n"
        "    append N",
    ),
)


def _compare_path(call, draw, steps, start, target, **settings):
    lr = draw.uniform(0.05, 0.1)
    tried = f"lr = {lr:.3g}, steps = {steps}, from {start:.3g} to {target:.3g}"
    got = call("size_path", lr, steps, start, target, **settings).value
    want, slips = shares.path_slips(lr, steps, start, target, **settings)
    return same(shares.listed(got), want, tried=tried, causes=slips, rtol=1e-7, hint=2)


@PATH.check("the first step", hint=1)
def _first_step(call, draw):
    return _compare_path(call, draw, 1, draw.uniform(0.4, 1.0), draw.uniform(5.0, 9.0))


@PATH.check("forty steps", hint=2)
def _forty(call, draw):
    return _compare_path(call, draw, 40, draw.uniform(0.4, 1.0), draw.uniform(6.0, 9.0))


@PATH.check("from above", hint=2)
def _from_above(call, draw):
    return _compare_path(call, draw, 30, draw.uniform(9.0, 12.0), draw.uniform(3.0, 5.0))


@PATH.check("other betas", hint=3)
def _other_betas(call, draw):
    betas = draw.uniform(0.5, 0.8), draw.uniform(0.9, 0.95)
    return _compare_path(call, draw, 25, 0.5, draw.uniform(5.0, 9.0), betas=betas)


# nimble.4: one whole step
STEP = Exercise(
    id="nimble.4",
    name="nimble_step",
    title="One whole step",
    points=4,
    difficulty=3,
    minutes=20,
    hints=(
        "All gradients are taken at the old point, the size's too. Then everything moves at once.",
        "dL/dv_j = m_j <r, h_j>, dL/db_j = m_j v_j <r, 1 - h_j^2>, dL/dw_j alike times x, "
        "dL/dc = sum of r, dL/dN by (7.6); r = 2 (y_hat - y) / n.",
        "m = the ramp mask of N; h = tanh of w x + b, as (n, H); r\n"
        "five gradients; add weight * 2 (N - target) to that of N\n"
        "return new w, b, v, c, N: each minus its step size times its gradient",
    ),
)


@STEP.check("all neurons open", hint=2)
def _all_open(call, draw):
    case = trials.step_case(draw, 4, 4.0, lr_size=0.0)
    return trials.compare_step(call, case, "N = H and lr_size = 0: an ordinary step")


@STEP.check("a neuron half open", hint=2)
def _half_open(call, draw):
    case = trials.step_case(draw, 4, 2 + draw.uniform(0.3, 0.7))
    return trials.compare_step(call, case, "two whole neurons, one in part")


@STEP.check("shut neurons stay", hint=1)
def _shut(call, draw):
    case = trials.step_case(draw, 5, 1 + draw.uniform(0.3, 0.7), lr_size=0.01)
    return trials.compare_shut(call, case)


@STEP.check("the size moves", hint=1)
def _size_moves(call, draw):
    case = trials.step_case(draw, 4, 1 + draw.uniform(0.3, 0.6), lr_size=draw.uniform(0.05, 0.2))
    return trials.compare_size(call, case)


@STEP.check("inputs are left alone", hint=3)
def _inputs(call, draw):
    case = trials.step_case(draw, 4, 2 + draw.uniform(0.3, 0.7))
    reply = trials.asked_step(call, case)
    if reply.value is None:
        return Failure("one step", "w, b, v, c, N", "None", walks.NOTHING, 1)
    for name, old, now in zip("wbv", case[:3], reply.args[:3], strict=True):
        failure = trials.moved(name, old, now)
        if failure:
            return failure
    return None


# nimble.5: one clock for all
CLOCK = Exercise(
    id="nimble.5",
    name="adam_update",
    title="Find the bug",
    points=3,
    difficulty=4,
    minutes=15,
    hints=(
        "What should happen to the four numbers of a neuron that sleeps? And to its age?",
        "age + 1 only where awake; m, v and p change only where awake; (7.7) with a = age. "
        "Mind 1 - beta^0 = 0.",
        "age = age + awake\na = age, at least 1\nm, v: the new average where awake, else the old\n"
        "p: minus the step of (7.7) where awake, else the old",
    ),
)


@CLOCK.check("the step of a newborn", hint=1)
def _newborn(call, draw):
    case = clocks.case(draw, ages=(draw.integer(150, 400), 0), awake=(1, 1))
    return clocks.compare(call, case, "an old neuron and one that wakes now", row=1)


@CLOCK.check("the old go on", hint=2)
def _old(call, draw):
    case = clocks.case(draw, ages=(draw.integer(150, 400), 0), awake=(1, 1))
    return clocks.compare(call, case, "an old neuron beside a newborn", row=0)


@CLOCK.check("sleepers are left alone", hint=2)
def _sleepers(call, draw):
    case = clocks.case(draw, ages=(draw.integer(20, 40), draw.integer(3, 9)), awake=(1, 0))
    return clocks.compare(call, case, "the second neuron had woken, and sleeps again", row=1)


@CLOCK.check("not yet born", hint=2)
def _unborn(call, draw):
    case = clocks.case(draw, ages=(draw.integer(20, 40), 0), awake=(1, 0))
    return clocks.compare(call, case, "the second neuron was never awake", row=1)


@CLOCK.check("a life from birth", hint=3)
def _life(call, draw):
    return clocks.compare_life(call, draw, late=draw.integer(20, 30), steps=12)


# nimble.6: a comparison that cannot lie
FAIR = Exercise(
    id="nimble.6",
    name="compare",
    title="A comparison that cannot lie",
    points=5,
    difficulty=4,
    minutes=25,
    hints=(
        "Two questions, two sets of seeds: which lr? is it better? No seed may answer both.",
        "For each arm: the lr that fits most often on `looking`. Then on `judging`, seed by seed, "
        "d_i = fits(learnt) - fits(other); mean d -+ 1.96 sd(d) / root n.",
        "for each arm: count fits on looking for every lr; keep the first lr with the most\n"
        "for each arm: run its lr on judging, 1 where error < 0.01, else 0\n"
        "d = learnt minus static, seed by seed: low, mean, high; the same against ramp",
    ),
)


@FAIR.check("the same tuning for every arm", hint=1)
def _same_tuning(call, draw):
    return trials.judge_tuning(call, trials.arena(draw))


@FAIR.check("fresh seeds judge", hint=1)
def _fresh(call, draw):
    return trials.judge_seeds(call, trials.arena(draw))


@FAIR.check("the chosen rates", hint=3)
def _rates(call, draw):
    arena = trials.arena(draw)
    got, _ = trials.asked(call, arena)
    if isinstance(got, Failure):
        return got
    cause = "not the rate that fits most often on `looking` (the first of equals)"
    return same(got["lr"], arena.best(), tried=arena.told("lr"), hint=3, otherwise=cause)


@FAIR.check("does growing help", hint=2)
def _growing(call, draw):
    return trials.judge_gain(call, trials.arena(draw), "static")


@FAIR.check("does learning the size help", hint=2)
def _learning(call, draw):
    return trials.judge_gain(call, trials.arena(draw), "ramp")


@FAIR.check("no run twice", hint=3)
def _few(call, draw):
    arena = trials.arena(draw)
    got, run = trials.asked(call, arena)
    if isinstance(got, Failure):
        return got
    most = arena.runs()
    cause = "more runs than needed: each arm's rates on `looking`, then one rate on `judging`"
    return require(run.count <= most, tried=arena.told(), expected=f"at most {most} runs",
                   got=f"{run.count} runs", cause=cause)
