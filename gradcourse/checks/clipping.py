"""The five graded exercises of chapter 02: a cut, a threshold that learns, a bug, a root, a tail.

The noise stays with the judge and belongs to the number of the question, not to the place, so
that a right walk can be repeated. Two exercises have no twin in the library: the mean of cut rows
and the place where a cut walk rests.
"""

import math

import torch

from gradcourse.checks import cuts, walks
from gradcourse.checks.compare import Failure, refuses, same
from gradcourse.checks.exercise import Exercise
from gradcourse.checks.samples import (
    NO_THREE,
    asked_tail,
    compare_rest,
    compare_tail,
    grid,
    judge_band,
    one_sided,
)
from gradcourse.methods.clipping import clip_coordinates
from gradcourse.methods.clipping import clip_norm as cut_rows

# clipping.1: cut to size
CUT = Exercise(
    id="clipping.1",
    name="clip_norm",
    title="Cut to size",
    points=1,
    difficulty=1,
    minutes=5,
    hints=(
        "How long is g? Only if it is longer than tau anything happens.",
        "min{1, tau / |g|} g (2.1), and g is longer than tau exactly if tau / |g| < 1.",
        'if tau is not > 0: raise ValueError(f"tau must be > 0, got {tau}")\n'
        "size = root of the sum of all squares\n"
        "return g if size <= tau, else a new tensor: g times tau over size",
    ),
)


def _sized(draw, size, *shape):
    """Draw a gradient of given length."""
    g = draw.normal(*shape)
    return g * (size / g.norm())


def _compare_cut(call, g, tau, causes, tried):
    """Compare a cut; an epsilon of 1e-6 beside the length is no fault."""
    got = call("clip_norm", g.clone(), tau).value
    want = g if tau == math.inf else cuts.whole(g, tau)
    return same(got, want, tried=tried, causes=causes, rtol=1e-5, hint=2)


@CUT.check("a long gradient", hint=1)
def _long(call, draw):
    tau = draw.uniform(1.3, 3.0)
    g = _sized(draw, draw.uniform(4.0, 7.0) * tau, 2, 3)
    causes = [
        (g, "nothing was cut: this gradient is longer than tau"),
        (clip_coordinates(g, tau), cuts.TURNED),
        (cut_rows(g, tau), "one length for the whole tensor: you took one for each row"),
        (g / g.norm(), "cut to length 1: it should end at length tau"),
        (g * tau / g.norm() ** 2, cuts.SQUARED),
        (g * tau / g.abs().sum(), "the sum of sizes is another length: take the root of squares"),
        (g * tau / g.abs().max(), "the largest entry is not the length: take the root of squares"),
        (g * tau / torch.linalg.matrix_norm(g, 2), "norm 2 of a table is another: flatten g first"),
    ]
    tried = f"g of shape (2, 3) and length {float(g.norm()):.3g}, tau = {tau:.3g}"
    return _compare_cut(call, g, tau, causes, tried)


@CUT.check("a short gradient", hint=1)
def _short(call, draw):
    tau = draw.uniform(1.3, 3.0)
    g = _sized(draw, draw.uniform(0.2, 0.5) * tau, 4)
    causes = [(g * tau / g.norm(), cuts.CEILING), (g / g.norm(), cuts.CEILING)]
    return _compare_cut(call, g, tau, causes, f"length {float(g.norm()):.3g}, tau = {tau:.3g}")


@CUT.check("zero and infinity", hint=2)
def _edges(call, draw):
    zero, g, tau = torch.zeros(3, dtype=torch.float64), draw.normal(3), draw.uniform(0.5, 2.0)
    cause = "inf / inf is nan: with tau = inf nothing is cut"
    return _compare_cut(
        call, zero, tau, [(zero / 0, cuts.NAN)], f"g = 0, tau = {tau:.3g}"
    ) or _compare_cut(call, g, math.inf, [(zero / 0, cause)], "tau = inf")


@CUT.check("a bad tau is refused", hint=3)
def _bad_tau(call, draw):
    g = draw.normal(3)
    if call("clip_norm", g.clone(), 1.0).value is None:
        return Failure("a tau that is fine", "a gradient", "None", walks.NOTHING, 1)
    zero = "with tau = 0 every gradient becomes zero: refuse 0 as well"
    negative = "a negative tau must be refused by name, bound and value"
    for tau, cause in ((-draw.uniform(0.1, 2.0), negative), (0.0, zero)):
        failure = refuses(call, "clip_norm", g, tau, mentions=("tau",), cause=cause)
        if failure:
            return failure
    return None


@CUT.check("g is left alone", hint=3)
def _g_alone(call, draw):
    g = _sized(draw, 9.0, 4)
    return walks.kept(call("clip_norm", g.clone(), 2.0), "g", g)


# clipping.2: a threshold that learns
LEARN = Exercise(
    id="clipping.2",
    name="acclip",
    title="A threshold that learns",
    points=3,
    difficulty=3,
    minutes=20,
    hints=(
        "Two averages live from step to step, both begin at zero. Which of the two is cut?",
        "m = beta_1 m + (1 - beta_1) g (2.8); s = beta_2 s + (1 - beta_2) |g|^alpha and "
        "tau = s^(1/alpha) (2.9); x = x - lr * (m cut to [-tau, tau]) (2.10).",
        "x, m, s, rows = x0, zeros, zeros, [x0]\nrepeat steps times:\n    g = grad(x), once\n"
        "    renew m and s, as new tensors; tau from s\n"
        "    x = x - lr * m, where every entry of m is cut to its own tau; append x\n"
        "stack the rows",
    ),
)


@LEARN.check("the first step", hint=1)
def _first_step(call, draw):
    return cuts.compare_walk(call, cuts.draw_run(draw, 3, steps=1))


@LEARN.check("four steps", hint=2)
def _four_steps(call, draw):
    return cuts.compare_walk(call, cuts.draw_run(draw, 3, steps=4))


@LEARN.check("a table, alpha above 1", hint=2)
def _table(call, draw):
    alpha, steps = draw.uniform(1.3, 2.0), draw.integer(8, 10)
    return cuts.compare_walk(call, cuts.draw_run(draw, 2, 3, steps=steps, alpha=alpha))


@LEARN.check("equal betas never cut", hint=1)
def _equal(call, draw):
    beta, alpha = draw.uniform(0.6, 0.9), draw.uniform(1.3, 2.0)
    run = cuts.draw_run(draw, 5, steps=8, alpha=alpha, betas=(beta, beta))
    return cuts.compare_walk(call, run, cuts.EQUAL)


@LEARN.check("x0 is left alone", hint=3)
def _x0_left_alone(call, draw):
    run = cuts.draw_run(draw, 3, steps=4)
    return walks.kept(cuts.walk(call, run)[0], "x0", None, run.x0)


# clipping.3: the mean of cut rows, mended
ROWS = Exercise(
    id="clipping.3",
    name="clipped_mean",
    title="Find the bug",
    points=3,
    difficulty=2,
    minutes=10,
    hints=(
        "The longer the row, the shorter what is left of it. By which length is it divided?",
        "Each row g_i becomes min{1, tau / |g_i|} g_i (2.1); the mean of the rows comes after.",
        "sizes = root of the sum of squares along each row, kept as a column\n"
        "factors = tau / sizes, at most 1\nmean over the rows of grads times factors",
    ),
)


@ROWS.check("short rows pass", hint=1)
def _short_rows(call, draw):
    tau = draw.uniform(2.5, 4.0)
    grads = cuts.rows(draw, 12, 0.8 * tau, 0.95 * tau)
    return cuts.compare_rows(call, grads, tau, f"12 rows, all shorter than tau = {tau:.3g}")


@ROWS.check("one wild row in ten", hint=1)
def _wild_row(call, draw):
    tau = draw.uniform(2.5, 4.0)
    grads = cuts.rows(draw, 10, 0.8 * tau, 0.95 * tau)
    grads[draw.integer(0, 9)] *= draw.uniform(200.0, 900.0)
    return cuts.compare_rows(call, grads, tau, f"10 rows, one of them huge, tau = {tau:.3g}")


@ROWS.check("long rows, a small tau", hint=2)
def _long_rows(call, draw):
    tau = draw.uniform(0.1, 0.3)
    grads = cuts.rows(draw, 8, 3 * tau, 9 * tau)
    return cuts.compare_rows(call, grads, tau, f"8 rows, all longer than tau = {tau:.3g}")


@ROWS.check("a row of zeros", hint=2)
def _zero_row(call, draw):
    tau = draw.uniform(1.3, 3.0)
    grads = cuts.rows(draw, 4, 0.2 * tau, 0.5 * tau)
    grads[draw.integer(0, 3)] = 0.0
    nan = [(torch.full((3,), math.nan, dtype=torch.float64), cuts.NAN)]
    return cuts.compare_rows(call, grads, tau, f"4 short rows, one of zeros, tau = {tau:.3g}", nan)


@ROWS.check("grads are left alone", hint=3)
def _grads_alone(call, draw):
    grads = cuts.rows(draw, 5, 3.0, 9.0)
    return walks.kept(call("clipped_mean", grads.clone(), 1.0), "grads", grads)


# clipping.4: where a cut walk rests
REST = Exercise(
    id="clipping.4",
    name="resting_place",
    title="Where does it rest?",
    points=3,
    difficulty=3,
    minutes=15,
    hints=(
        "At rest the cut gradients pull left as much as right. Does the pull grow with x?",
        "The mean of clip(x + noise_i, -tau, tau) never falls as x grows: it has one root, "
        "between -max and -min of the noise.",
        "low, high = minus the largest noise, minus the smallest\nrepeat a hundred times:\n"
        "    middle between them; pull = mean of the cut gradients there\n"
        "    pull > 0: high = middle, else low = middle\nreturn middle",
    ),
)


@REST.check("symmetric noise, far away", hint=1)
def _symmetric(call, draw):
    half = 5 * draw.normal(40)
    far = draw.choice([-1, 1]) * draw.uniform(300.0, 600.0)
    noise = far + torch.cat([half, -half, torch.zeros(1)])
    return compare_rest(call, noise, draw.uniform(1.0, 2.0), "symmetric about a far number")


@REST.check("a very large tau", hint=1)
def _large_tau(call, draw):
    noise = draw.choice([-1, 1]) * (5 + one_sided(draw, 201, 2.5))
    return compare_rest(call, noise, draw.uniform(1e4, 2e4), "201 numbers, none of them cut")


@REST.check("a very small tau", hint=2)
def _small_tau(call, draw):
    noise = draw.choice([-1, 1]) * (5 + one_sided(draw, 201, 2.5))
    return compare_rest(call, noise, draw.uniform(1e-5, 2e-5), "201 numbers, nearly all cut")


@REST.check("five numbers", hint=2)
def _five(call, draw):
    gaps = draw.uniform(1.0, 1.3, 5) * torch.tensor([-4.0, -1.0, 0.0, 1.5, 9.0])
    noise, tau = gaps + draw.uniform(5.0, 6.0), draw.uniform(2.0, 3.0)
    return compare_rest(call, noise, tau, "5 numbers, the largest far out")


@REST.check("one-sided noise", hint=2)
def _one_sided_noise(call, draw):
    tau = draw.uniform(1.8, 2.5)
    return compare_rest(call, one_sided(draw, 401, 1.5), tau, "401 numbers, the huge ones positive")


# clipping.5: how heavy is the tail
TAIL = Exercise(
    id="clipping.5",
    name="tail_index",
    title="How heavy is the tail?",
    points=4,
    difficulty=4,
    minutes=25,
    hints=(
        "Only the k largest sizes count, and each is measured by the next one down.",
        "estimate = k / sum of log(X_i / X_(k+1)) (2.11); its relative error is near "
        "1 / sqrt k, and 90 % of a bell curve lie within 1.645 of its standard deviations.",
        "refuse k < 1 and k >= n\nX = sizes of x in falling order\n"
        "logs of X[0] ... X[k-1], each over X[k]; estimate = k / their sum\n"
        "half = 1.645 * estimate / root of k\nreturn estimate, estimate - half, estimate + half",
    ),
)


@TAIL.check("an exact tail", hint=2)
def _exact_tail(call, draw):
    return compare_tail(call, grid(draw, 200), draw.integer(20, 60), "200 numbers, all positive")


@TAIL.check("signs do not count", hint=1)
def _signs(call, draw):
    x = grid(draw, 200) * draw.normal(200).sign()
    return compare_tail(call, x, draw.integer(20, 40), "200 numbers of either sign")


@TAIL.check("one, and all but one", hint=2)
def _end_ks(call, draw):
    x = grid(draw, draw.integer(20, 30))
    tried = f"{len(x)} numbers"
    return compare_tail(call, x, 1, tried) or compare_tail(call, x, len(x) - 1, tried)


@TAIL.check("the band", hint=2)
def _band(call, draw):
    return judge_band(call, grid(draw, 400), draw.integer(80, 120))


@TAIL.check("a bad k is refused", hint=3)
def _bad_k(call, draw):
    x = grid(draw, draw.integer(10, 20))
    if asked_tail(call, x, 3) is None:
        return Failure("a k that is fine", "(estimate, low, high)", "none", NO_THREE, 1)
    many = "k numbers and one more are needed: refuse k >= n by name, bound and value"
    for k, cause in ((len(x), many), (0, "no numbers, no estimate: refuse k < 1")):
        failure = refuses(call, "tail_index", x, k, mentions=("k",), cause=cause)
        if failure:
            return failure
    return None
