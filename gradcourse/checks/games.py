"""The five graded exercises of chapter 03: a ratio, two rounds, a cross term, a pair to tune.

The answer never holds the game: it asks for gradients, and for trials, through call-backs that
the judge holds and counts.
"""

import torch

from gradcourse.checks import walks
from gradcourse.checks.compare import Failure, close, close_number, misfit, refuses, require, same
from gradcourse.checks.exercise import Exercise
from gradcourse.checks.games_parts import duels, trials
from gradcourse.methods.games import QuadraticGame, best_ratio, largest_ratio

# games.1: the best ratio
RATIO = Exercise(
    id="games.1",
    name="best_ratio",
    title="The best ratio",
    points=1,
    difficulty=1,
    minutes=5,
    hints=(
        "Slower than best, the two circle; faster, they crawl. Best is the border between the two.",
        "The eigenvalues of (3.3) meet where (eta r)^2 = 4 eta p^2 (3.10).",
        "unless r > 0: raise a ValueError that names r\nreturn 4 times p squared over r squared",
    ),
)


def _compare_ratio(call, p, r):
    causes = [
        (2 * abs(p) / r, "this is the root of it: (eta r)² = 4 eta p² leaves eta = 4 p² / r²"),
        (2 * p / r, "this is the root of it: (eta r)² = 4 eta p² leaves eta = 4 p² / r²"),
        (4 * p / r, "square both: p and r each enter twice"),
        (p**2 / r**2, "a quarter of it: two eigenvalues meet where (eta r)² = 4 eta p²"),
        (4 * r**2 / p**2, "upside down: more friction wants a slower y, more coupling a faster"),
        (2 * p**2 / r, "this is the rate at the best ratio, not the ratio"),
        (1.0, "ratio 1 is best in some games only: it depends on p and r"),
    ]
    tried = f"p = {p:.3g}, r = {r:.3g}"
    got = call("best_ratio", p, r).value
    return close_number(got, best_ratio(p, r), tried=tried, causes=causes, rtol=1e-6, hint=2)


@RATIO.check("one game", hint=2)
def _one_game(call, draw):
    return _compare_ratio(call, draw.uniform(1.2, 3.0), draw.uniform(0.3, 0.9))


@RATIO.check("much friction", hint=2)
def _much_friction(call, draw):
    return _compare_ratio(call, draw.uniform(0.5, 0.9), draw.uniform(2.0, 4.0))


@RATIO.check("p below zero", hint=2)
def _p_below_zero(call, draw):
    return _compare_ratio(call, -draw.uniform(1.2, 3.0), draw.uniform(0.3, 0.9))


@RATIO.check("no friction is refused", hint=3)
def _no_friction(call, draw):
    p, r = draw.uniform(0.5, 2.0), draw.uniform(0.5, 2.0)
    if call("best_ratio", p, r).value is None:
        return Failure(f"p = {p:.3g}, r = {r:.3g}", "a number", "None", walks.NOTHING, 1)
    zero = "without friction every ratio circles for ever: refuse r = 0 with a ValueError"
    below = "r below zero feeds the game instead of damping it: refuse it too"
    return refuses(call, "best_ratio", p, 0.0, mentions=("r",), cause=zero, hint=3) or refuses(
        call, "best_ratio", p, -r, mentions=("r",), cause=below, hint=3
    )


# games.2: optimistic rounds
MEMORY = Exercise(
    id="games.2",
    name="optimistic",
    title="A step that remembers",
    points=3,
    difficulty=2,
    minutes=15,
    hints=(
        "Ask both gradients where you stand, before anybody moves. Keep them for the next round.",
        "x - h (2 gx - gx_old), y + eta h (2 gy - gy_old) (3.15); in round 1, old = new.",
        "xs, ys = [x0], [y0]\nrepeat steps times:\n    a, b = both gradients at (x, y)\n"
        "    in round 1: old_a, old_b = a, b\n    renew x and y, as new tensors; append\n"
        "    old_a, old_b = a, b\nstack both lists",
    ),
)


@MEMORY.check("the first round", hint=1)
def _first_round(call, draw):
    return duels.compare(call, duels.FIRST, duels.bent(draw, 1), 1)


@MEMORY.check("two rounds", hint=2)
def _two_rounds(call, draw):
    return duels.compare(call, duels.MEMORY, duels.bent(draw, 2))


@MEMORY.check("the whole path", hint=2)
def _whole_path(call, draw):
    return duels.compare(call, duels.MEMORY, duels.bent(draw, draw.integer(6, 10)))


@MEMORY.check("home without friction", hint=2)
def _home(call, draw):
    duel = duels.toy(draw, draw.uniform(0.5, 2.0), 0.0, draw.uniform(0.4, 0.5), 40)
    wanted = "less than a tenth of the distance is left"
    return duels.outcome(call, duels.MEMORY, duel, lambda size: size[-1] < 0.01, wanted)


@MEMORY.check("one question a round", hint=3)
def _one_question(call, draw):
    duel = duels.bent(draw, draw.integer(4, 8))
    _, *oracles = duels.run(call, duels.MEMORY, duel)
    counts = [o.count - (o.count == duel.steps + 1) for o in oracles]  # one before round 1 is fine
    return duels.uncounted(counts, duel)


@MEMORY.check("the starts are left alone", hint=3)
def _starts(call, draw):
    return duels.kept(call, duels.MEMORY, duels.bent(draw, 3))


# games.3: simultaneous rounds, mended
PLAY = Exercise(
    id="games.3",
    name="play",
    title="Find the bug",
    points=3,
    difficulty=3,
    minutes=15,
    hints=(
        "At which x is y's gradient asked? Follow one round with numbers.",
        "Both gradients at (x_k, y_k); only then x_k - h gx and y_k + eta h gy (3.2).",
        "repeat steps times:\n    a, b = gx(x, y), gy(x, y)\n"
        "    x, y = x minus h a, y plus eta h b, as new tensors\n    append both",
    ),
)


@PLAY.check("where the gradients are asked", hint=1)
def _asked_where(call, draw):
    duel = duels.bent(draw, draw.integer(3, 6))
    _, *oracles = duels.run(call, duels.PLAY, duel)
    counts = [oracle.count for oracle in oracles]
    return duels.uncounted(counts, duel) or duels.wrong_places(duels.PLAY, duel, oracles)


@PLAY.check("the whole path", hint=2)
def _play_path(call, draw):
    return duels.compare(call, duels.PLAY, duels.bent(draw, draw.integer(6, 10)))


@PLAY.check("without friction it leaves", hint=1)
def _leaves(call, draw):
    share = draw.uniform(0.2, 0.4)
    duel = duels.toy(draw, draw.uniform(0.5, 2.0), 0.0, share, 25)
    want = (1 + share**2) ** torch.arange(26, dtype=torch.float64)  # (3.16), squared
    wanted = f"{float(want[-1]) ** 0.5:.3g} times the distance at the end, by (3.16)"

    def grows(size):
        return close(size, want, rtol=1e-6)

    return duels.outcome(call, duels.PLAY, duel, grows, wanted)


@PLAY.check("the border of (3.11)", hint=2)
def _border(call, draw):
    p, r, share = draw.uniform(0.9, 1.5), draw.uniform(0.7, 1.3), draw.uniform(0.5, 0.6)
    h = share * r / p**2
    for part, calm in ((draw.uniform(0.85, 0.9), True), (draw.uniform(1.1, 1.15), False)):
        eta = part * largest_ratio(p, r, h)
        duel = duels.toy(draw, p, r, h * p * eta**0.5, 24, eta)

        def holds(size, calm=calm):
            return size[-1] < 0.01 if calm else size[-1] > 100

        wanted = f"it {'comes home' if calm else 'leaves'}: eta is {part:.2f} times the border"
        failure = duels.outcome(call, duels.PLAY, duel, holds, wanted)
        if failure:
            return failure
    return None


@PLAY.check("the starts are left alone", hint=3)
def _play_starts(call, draw):
    return duels.kept(call, duels.PLAY, duels.bent(draw, 3))


# games.4: the cross term
CROSS = Exercise(
    id="games.4",
    name="best_eps",
    title="How much cross term?",
    points=4,
    difficulty=4,
    minutes=20,
    hints=(
        "Write dE/dt and -2 rate E as sums of x², y² and xy, and make the three factors equal.",
        "x²: q + eps eta p² = rate; y²: eta (r - eps p²) = rate; xy: 2 rate = q + eta r.",
        "take either of the first two equations, put rate = (q + eta r) / 2 in, solve for eps",
    ),
)


def _circling(draw, pull):
    """Draw a toy that circles; x feels `pull` times the friction of y."""
    p, r, share = draw.uniform(1.2, 2.0), draw.uniform(0.5, 1.5), draw.uniform(0.2, 0.4)
    eta = best_ratio(p, r) * share**2
    return pull * eta * r, p, r, eta


def _compare_eps(call, q, p, r, eta):
    want = (eta * r - q) / (2 * eta * p**2)
    border = 1 / (abs(p) * eta**0.5)
    sign = "the sign: where x feels more friction than eta r, eps is below zero"
    sign = sign if want < 0 else "the sign: in (3.5) the cross term is taken off, - eps x p y"
    causes = [
        (-want, sign),
        (r / (2 * p**2), "x's own friction is forgotten: with q the answer changes"),
        (2 * want, "twice too much: the rate is (q + eta r) / 2, with its half"),
        ((eta * r + q) / (2 * eta * p**2), "q enters with a minus: solve q + eps eta p² = rate"),
        (eta * want, "eta is missing below: y² stands over 2 eta in the energy"),
        ((eta * r - q) / (2 * eta * p), "p enters squared: x² meets eps eta p²"),
        (0.0, "without cross term the energy does not see x when q = 0: it proves nothing"),
        (border / 2, "half the border keeps the energy positive, but proves less than is true"),
    ]
    tried = f"q = {q:.3g}, p = {p:.3g}, r = {r:.3g}, eta = {eta:.3g}"
    got = call("best_eps", q, p, r, eta).value
    return close_number(got, want, tried=tried, causes=causes, rtol=1e-5, hint=2)


@CROSS.check("x feels nothing", hint=1)
def _x_feels_nothing(call, draw):
    return _compare_eps(call, *_circling(draw, 0.0))


@CROSS.check("both feel friction", hint=2)
def _both_feel(call, draw):
    return _compare_eps(call, *_circling(draw, draw.uniform(0.3, 0.6)))


@CROSS.check("x feels more", hint=2)
def _x_feels_more(call, draw):
    return _compare_eps(call, *_circling(draw, draw.uniform(1.4, 2.2)))


@CROSS.check("p below zero", hint=2)
def _p_negative(call, draw):
    q, p, r, eta = _circling(draw, 0.0)
    return _compare_eps(call, q, -p, r, eta)


@CROSS.check("the energy falls evenly", hint=1)
def _falls_evenly(call, draw):
    q, p, r, eta = _circling(draw, draw.uniform(0.3, 0.6))
    reply = call("best_eps", q, p, r, eta)
    odd = misfit(reply.value, 1.0)
    tried = f"q = {q:.3g}, p = {p:.3g}, r = {r:.3g}, eta = {eta:.3g}, and the flow (3.1)"
    if odd:
        return Failure(tried, "one number", "something else", odd, 1)
    game, eps = QuadraticGame.scalar(p, r, q), float(reply.value)
    times = torch.linspace(0, 3 / (q + eta * r), 7, dtype=torch.float64)
    energy = game.energy(*game.flow(draw.normal(1), draw.normal(1), times, eta), eta, eps)
    want = energy[0] * torch.exp(-(q + eta * r) * times)
    wobble = "log E is not straight: somewhere E falls slower than the rate allows"
    return same(energy, want, tried=tried, rtol=1e-4, hint=1, otherwise=wobble)


# games.5: a pair for a game one cannot see
TUNE = Exercise(
    id="games.5",
    name="tune",
    title="Tune a rival you cannot see",
    points=5,
    difficulty=5,
    minutes=25,
    hints=(
        "Every ratio has a best step of its own. Compare ratios each at its best, in factors.",
        "count(eta) = min over h of trial(h, eta): one valley in h, and one in eta outside it.",
        "to walk: multiply or divide by 8 while it gets better, then by 2, then by 1.2\n"
        "for a ratio: walk h from a very short step, return the count\n"
        "walk eta from 1, each time with its own best h",
    ),
)


@TUNE.check("units that suit", hint=1)
def _suited(call, draw):
    return trials.judge(call, trials.arena(draw, draw.uniform(0.9, 1.1), draw.uniform(0.5, 2.0)))


@TUNE.check("y in small units", hint=2)
def _small_units(call, draw):
    return trials.judge(call, trials.arena(draw, draw.log_uniform(1e2, 1e3), 1.0))


@TUNE.check("y in large units", hint=2)
def _large_units(call, draw):
    return trials.judge(call, trials.arena(draw, draw.log_uniform(1e-3, 1e-2), 1e-2))


@TUNE.check("a payoff in other units", hint=1)
def _payoff(call, draw):
    scale = draw.choice([1e-2, 1e2]) * draw.uniform(0.5, 2.0)
    return trials.judge(call, trials.arena(draw, draw.uniform(0.9, 1.1), scale))


@TUNE.check("few trials", hint=3)
def _few_trials(call, draw):
    pair, trial = trials.asked(call, trials.arena(draw, draw.log_uniform(1.0, 30.0), 1.0))
    tried, got = "the trials you spend", f"{trial.count} trials"
    if pair is None or not trial.count:
        return Failure(tried, "a search", got, "nothing was searched", 1)
    cause = f"more than {trials.MOST} trials: a search that walks needs fewer than a grid"
    enough = trial.count <= trials.MOST
    return require(enough, tried=tried, expected=f"at most {trials.MOST}", got=got, cause=cause)
