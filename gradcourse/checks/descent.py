"""The five graded exercises of chapter 00: a step, two memories, a pair to choose, a curvature.

Every check draws its own bowl. The answer never holds the objective: it asks for gradients, and
for products with the curvature matrix, through call-backs that the judge holds and counts.
"""

import math

import torch
from torch import Tensor

from gradcourse.checks import bowls, walks
from gradcourse.checks.call import AnswerError, counted
from gradcourse.checks.compare import Failure, same
from gradcourse.checks.exercise import Exercise
from gradcourse.methods.descent import gradient_step, largest_lr
from gradcourse.problems import Quadratic

AVERAGE = "every entry moves by its own entry of g; you moved all by one number"

# descent.1: one gradient step
STEP = Exercise(
    id="descent.1",
    name="gradient_step",
    title="One step down",
    points=1,
    difficulty=1,
    minutes=5,
    hints=(
        "The gradient points uphill. You want to go down.",
        "x_next = x - lr * g, entry by entry (0.1). Refuse lr <= 0 before you compute.",
        'if lr is not > 0: raise ValueError(f"lr must be > 0, got {lr}")\n'
        "return x minus lr times g, as a new tensor",
    ),
)


def _step(call, draw, *shape, low=1.1, high=3.0):
    x, g, lr = draw.normal(*shape), draw.normal(*shape), draw.uniform(low, high)
    return call("gradient_step", x.clone(), g.clone(), lr=lr), x, g, lr


def _compare_step(call, draw, shape, hint):
    reply, x, g, lr = _step(call, draw, *shape)
    causes = [
        (x + lr * g, walks.CLIMB),
        (x - g, "the length of the step is missing: multiply the gradient by lr"),
        (lr * g, "this is the step alone: take it from x"),
        (-lr * g, "this is the step alone: add it to x"),
        (x - lr * g / g.norm(), "you divide by the gradient's norm: a gentle slope, a short step"),
    ]
    if shape:
        causes += [(x - lr * g.mean(), AVERAGE), (x - lr * g.sum(), AVERAGE)]
    tried = f"x and g of shape {shape}, lr = {lr:.3g}"
    if not shape:
        tried = f"x = {float(x):.3g}, g = {float(g):.3g}, lr = {lr:.3g}"
    return same(reply.value, gradient_step(x, g, lr=lr), tried=tried, causes=causes, hint=hint)


@STEP.check("one number", hint=1)
def _one_number(call, draw):
    return _compare_step(call, draw, (), 1)


@STEP.check("a whole table", hint=2)
def _whole_table(call, draw):
    return _compare_step(call, draw, (3, 2), 2)


@STEP.check("x is left alone", hint=3)
def _x_left_alone(call, draw):
    reply, x, g, _ = _step(call, draw, 4)
    return walks.kept(reply, "x", x, g)


@STEP.check("a bad lr is refused", hint=2)
def _bad_lr(call, draw):
    reply, x, g, _ = _step(call, draw, 3, low=1e-4, high=1e-3)
    if reply.value is None:
        return Failure("an lr that is fine", "a step", "None", walks.NOTHING, 1)
    zero = "with lr = 0 nothing moves: the bound is lr > 0, so refuse 0 as well"
    negative = "a negative lr must be refused by name, bound and value"
    for lr, cause in ((-draw.uniform(0.01, 0.5), negative), (0.0, zero)):
        raised = call.raises("gradient_step", x, g, lr=lr)
        kind, message = raised or ("a result", "")
        if raised and kind != "ValueError":
            cause = "the refusal is not a ValueError: write raise ValueError(...)"
        elif raised and "lr" not in message:
            cause = "the refusal must name what is wrong: say lr in the message"
        elif raised:
            continue
        return Failure(f"lr = {lr:.3g}", "ValueError: lr must be > 0", kind, cause, 2)
    return None


# descent.2: the heavy ball
BALL = Exercise(
    id="descent.2",
    name="heavy_ball",
    title="A ball with a memory",
    points=3,
    difficulty=2,
    minutes=15,
    hints=(
        "Two things change in each turn: the velocity first, then the place.",
        "v = momentum * v + grad(x), then x = x - lr * v; v = 0 before the loop (0.4, 0.5).",
        "x, v, rows = x0, zeros like x0, [x0]\nrepeat steps times:\n"
        "    renew v, then x, as new tensors; append x to rows\nstack the rows",
    ),
)


@BALL.check("the first row", hint=3)
def _first_row(call, draw):
    problem = (*walks.hill(draw, 2, 3), draw.uniform(0.4, 0.8), draw.integer(4, 7))
    reply, _ = walks.run(call, "heavy_ball", problem)
    want, got = walks.rows_of(walks.ball, problem), reply.value
    tried = f"x0 of shape (2, 3), steps = {problem[4]}"
    if not isinstance(got, Tensor) or got.shape != want.shape:
        return same(got, want, tried=tried, causes=walks.path_causes(want), hint=3)
    cause = "row 0 is not x0: the start comes first, before any step"
    cause = cause if bool((got[0] != got[1:]).any()) else walks.ALIAS
    return same(got[0], problem[1], tried=tried + ", row 0", otherwise=cause, hint=3)


@BALL.check("no momentum", hint=1)
def _no_momentum(call, draw):
    return walks.compare_path(
        call, "heavy_ball", walks.ball, walks.BALL_SLIPS[2:], (*walks.hill(draw, 3), 0.0, 5)
    )


@BALL.check("two steps", hint=2)
def _two_steps(call, draw):
    problem = (*walks.hill(draw, 1), draw.uniform(0.4, 0.8), 2)
    return walks.compare_path(call, "heavy_ball", walks.ball, walks.BALL_SLIPS, problem)


@BALL.check("the whole path", hint=2)
def _whole_path(call, draw):
    problem = (*walks.hill(draw, 4), draw.uniform(0.4, 0.9), draw.integer(12, 20))
    return walks.compare_path(call, "heavy_ball", walks.ball, walks.BALL_SLIPS, problem)


@BALL.check("one gradient a step", hint=3)
def _one_gradient(call, draw):
    problem = (*walks.hill(draw, 3), draw.uniform(0.4, 0.8), draw.integer(5, 9))
    _, oracle = walks.run(call, "heavy_ball", problem)
    return walks.wrong_count(oracle.count, problem[4])


@BALL.check("x0 is left alone", hint=3)
def _x0_left_alone(call, draw):
    problem = (*walks.hill(draw, 3), draw.uniform(0.4, 0.8), 4)
    reply, _ = walks.run(call, "heavy_ball", problem)
    return walks.kept(reply, "x0", None, problem[1])


# descent.3: Nesterov's step, mended
LOOK = Exercise(
    id="descent.3",
    name="nesterov",
    title="Find the bug",
    points=3,
    difficulty=3,
    minutes=15,
    hints=(
        "Write down the place where each gradient is asked. Which place does (0.7) name?",
        "y = x + momentum * (x - x_old), then x_next = y - lr * grad(y) (0.7).",
        "x_old, x = x0, x0\nrepeat steps times:\n    y from x and x_old\n"
        "    x_old, x = x, y minus lr times the gradient at y\n    append x",
    ),
)


THE_YS = "these are the y's, the places you looked from: the path is made of x's"


@LOOK.check("no momentum", hint=2)
def _look_no_momentum(call, draw):
    return walks.compare_path(call, "nesterov", walks.look, (), (*walks.hill(draw, 3), 0.0, 5))


@LOOK.check("where the gradient is asked", hint=1)
def _places(call, draw):
    problem = (*walks.hill(draw, 2), draw.uniform(0.4, 0.8), draw.integer(4, 6))
    _, oracle = walks.run(call, "nesterov", problem)
    places = [torch.as_tensor(place[0]) for place in oracle.asked]
    got = torch.stack(places) if len({p.shape for p in places}) == 1 else None
    causes = [(walks.asked_places(slip, problem), cause) for slip, cause in walks.LOOK_SLIPS]
    return walks.wrong_count(oracle.count, problem[4]) or same(
        got,
        walks.asked_places(walks.look, problem),
        tried="the places where you ask",
        causes=causes,
        hint=1,
    )


@LOOK.check("the whole path", hint=2)
def _look_whole_path(call, draw):
    problem = (*walks.hill(draw, 4), draw.uniform(0.4, 0.9), draw.integer(12, 20))
    return walks.compare_path(
        call, "nesterov", walks.look, walks.LOOK_SLIPS, problem, [(walks.look_points, THE_YS)]
    )


@LOOK.check("the border", hint=2)
def _border(call, draw):
    L, beta = draw.uniform(0.5, 2.0), draw.uniform(0.85, 0.95)
    bowl = Quadratic(torch.tensor([L / 2, L], dtype=torch.float64))
    for share in (draw.uniform(0.85, 0.92), draw.uniform(1.25, 1.35)):
        lr = share * largest_lr(L, beta, nesterov=True)
        problem = (bowl.grad, 1 + draw.uniform(0.0, 1.0, 2), lr, beta, 40)
        reply, _ = walks.run(call, "nesterov", problem)
        failure = walks.border_failure(reply.value, share, problem)
        if failure:
            return failure
    return None


# descent.4: choose the pair
TUNE = Exercise(
    id="descent.4",
    name="tune",
    title="Choose the pair",
    points=3,
    difficulty=3,
    minutes=15,
    hints=(
        "Only two of the curvatures matter. Which two, and which power of them?",
        "sqrt lr = 2 / (sqrt L + sqrt mu), sqrt momentum = (sqrt L - sqrt mu) / the same (0.9)",
        "a, b = roots of the smallest and the largest curvature\n"
        "lr = square of 2 / (a + b)\nmomentum = square of (b - a) / (b + a)",
    ),
)


@TUNE.check("it arrives", hint=1)
def _arrives(call, draw):
    h = bowls.valley(draw, 8, 12)
    limit = 10 * bowls.plain_steps(h)
    return bowls.judge(h, bowls.asked_pair(call, h), limit, f"it comes down within {limit} steps")


@TUNE.check("faster than plain steps", hint=2)
def _faster(call, draw):
    h = bowls.valley(draw, 200, 400)
    plain = bowls.plain_steps(h)
    wanted = f"half of the {plain} steps that the best lr without momentum takes"
    return bowls.judge(h, bowls.asked_pair(call, h), plain // 2, wanted)


@TUNE.check("a round bowl", hint=2)
def _round(call, draw):
    return bowls.near_best(call, bowls.valley(draw, 3.5, 6))


@TUNE.check("a long valley", hint=2)
def _long(call, draw):
    return bowls.near_best(call, bowls.valley(draw, 2000, 4000))


@TUNE.check("any order", hint=1)
def _any_order(call, draw):
    h = bowls.valley(draw, 20, 30)
    shuffled = h.roll(draw.integer(5, 12))
    first, second = bowls.asked_pair(call, h), bowls.asked_pair(call, shuffled)
    for pair in (first, second):
        failure = pair is None and bowls.judge(h, pair, 1, "")
        if failure:
            return failure
    equal = [math.isclose(a, b, rel_tol=1e-6) for a, b in zip(first, second, strict=True)]
    if all(equal):
        return bowls.judge(
            h, first, 20 * bowls.plain_steps(h), "the same pair, and one that arrives"
        )
    cause = "the first and the last entry need not be the extremes: use min and max"
    tried = "one bowl twice, its curvatures in two orders"
    return Failure(tried, "the same pair twice", f"{first} and {second}", cause, 1)


# descent.5: the largest curvature
SHARP = Exercise(
    id="descent.5",
    name="sharpness",
    title="How sharp is it?",
    points=4,
    difficulty=4,
    minutes=20,
    hints=(
        "Multiply any u by the matrix again and again: which direction wins?",
        "u = u / |u|, w = H u, value = sum of u * w; go on with u = w.",
        "refuse a zero u\nrepeat steps times:\n    u = u divided by its norm, a new tensor\n"
        "    w = hvp(u); value = (u * w).sum(); u = w\nreturn the last value as a float",
    ),
)


EARLY = "you stop too early: one product still mixes all directions"
IN_SIZE = "largest in size: a negative one counts too"
SIGN = "largest in size, with its sign: a norm has none, u·Hu has"


def _measure(call, matrix, u, steps):
    """Let the answer measure; return its reply and the products it asked for."""
    hvp = counted(lambda v: (matrix @ v.reshape(-1)).reshape(v.shape), expect=steps + 1)
    return call("sharpness", hvp, u.clone(), steps=steps), hvp


def _compare_sharp(call, matrix, u, steps, tried):
    reply, _ = _measure(call, matrix, u, steps)
    values = torch.linalg.eigvalsh(matrix)
    top, got = float(values[values.abs().argmax()]), reply.value
    tried = f"{tried}, steps = {steps}"
    if type(got) is float and not math.isfinite(got):
        cause = "the numbers grew past all bounds: divide by the norm in every turn"
        return Failure(tried, f"{top:.6g}", str(got), cause, 2)
    row = u.reshape(-1)
    causes = [(float(row @ matrix @ row / (row @ row)), EARLY)]
    if top < 0:
        causes += [(-top, SIGN), (float(values.max()), IN_SIZE)]
    slow = "not there yet: every turn takes the last product as its next u"
    return same(got, top, tried=tried, causes=causes, rtol=1e-5, hint=2, otherwise=slow)


@SHARP.check("a straight bowl", hint=1)
def _straight(call, draw):
    matrix = torch.diag(bowls.sizes(draw, 4, draw.uniform(1.0, 5.0), 0.5))
    return _compare_sharp(call, matrix, bowls.start(draw, 4), 25, "a diagonal matrix, 4 by 4")


@SHARP.check("a steep bowl", hint=2)
def _steep(call, draw):
    matrix = torch.diag(bowls.sizes(draw, 4, draw.uniform(1e9, 5e9), 0.5))
    return _compare_sharp(call, matrix, bowls.start(draw, 4), 40, "curvatures in the billions")


@SHARP.check("the sign", hint=2)
def _sign(call, draw):
    values = bowls.sizes(draw, 5, draw.uniform(1.0, 5.0), 0.6)
    matrix = torch.diag(torch.where(values == values.max(), -values, values))
    return _compare_sharp(call, matrix, bowls.start(draw, 5), 40, "the largest in size is negative")


@SHARP.check("a tilted bowl", hint=2)
def _tilted(call, draw):
    matrix = bowls.tilted(draw, bowls.sizes(draw, 8, draw.uniform(1.0, 5.0), 0.8))
    u = matrix @ bowls.start(draw, 8)
    return _compare_sharp(call, matrix, u, 80, "a full matrix, 8 by 8")


@SHARP.check("u as a matrix", hint=3)
def _shaped(call, draw):
    matrix = torch.diag(bowls.sizes(draw, 6, draw.uniform(1.0, 5.0), 0.5))
    tried = "u of shape (2, 3), as a layer's weights"
    try:
        return _compare_sharp(call, matrix, bowls.start(draw, 2, 3), 25, tried)
    except AnswerError as error:
        if error.missing:
            raise
        cause = "dot and @ want a vector: (u * w).sum() works for every shape"
        return Failure(tried, "a number", f"{error.kind}: {error.message}", cause, 3)


@SHARP.check("few products", hint=3)
def _few(call, draw):
    matrix = torch.diag(bowls.sizes(draw, 40, draw.uniform(1.0, 5.0), 0.5))
    for steps in (draw.integer(6, 10), 1):
        reply, hvp = _measure(call, matrix, bowls.start(draw, 40), steps)
        tried, got = f"a 40 by 40 matrix, steps = {steps}", f"{hvp.count} products"
        if reply.value is None or not hvp.count:
            return Failure(tried, "a measurement", got, "nothing was measured", 1)
        if hvp.count > steps + 1:
            cause = "you ask for more products than steps + 1: is the whole matrix needed?"
            return Failure(tried, f"at most {steps + 1} products", got, cause, 3)
    return None


@SHARP.check("a zero start is refused", hint=3)
def _zero(call, draw):
    matrix, u = torch.diag(bowls.sizes(draw, 4, 2.0, 0.5)), bowls.start(draw, 4)
    _measure(call, matrix, u, 5)
    hvp = counted(lambda v: matrix @ v, expect=6)
    raised = call.raises("sharpness", hvp, torch.zeros_like(u), steps=5)
    if raised and raised[0] == "ValueError":
        return None
    cause = "a zero u has no direction: refuse it with a ValueError"
    got = raised[0] if raised else "a result"
    return Failure("u = 0", "ValueError: u must not be zero", got, cause, 3)


@SHARP.check("u is left alone", hint=3)
def _u_left_alone(call, draw):
    matrix, u = torch.diag(bowls.sizes(draw, 4, 2.0, 0.5)), bowls.start(draw, 4)
    reply, _ = _measure(call, matrix, u, 5)
    return walks.kept(reply, "u", None, u)
