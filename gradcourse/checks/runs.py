"""Judging staged runs: read a plan, feed a run its noise, and know the slips that learners make.

A run is an answer `masg(grad, x0, L, mu, n1, budget)` that returns its last point. Its noise
belongs to the number of the question, not to the place, so that a right run can be repeated.
"""

import itertools
from math import ceil, log, log2, sqrt
from typing import NamedTuple

import torch
from torch import Tensor

from gradcourse.checks import walks
from gradcourse.checks.bowls import numbers
from gradcourse.checks.call import counted
from gradcourse.checks.compare import Failure, same
from gradcourse.methods.multistage import momentum, stages

SLIP = "2^s steps without the unit: this slip froze a published re-implementation"
NEVER = "your step never shrinks: stage s steps 1 / (4^s L)"
FROM_ONE = "s counts from 1, so stage 2 steps 1 / (4^2 L), a sixteenth"
LENGTH_FROM_ONE = "s counts from 1, so stage 2 takes 2^2 units"
FLAT = "every stage is equally long: a step four times shorter needs twice as many"
NO_ROOT = "the unit wants the square root of kappa"
LOG_TWO = "the logarithm is the natural one: log(8) is 2.08"
LATE_CEIL = "round the unit up first, then multiply by 2^s"
OVER = "you ask for more gradients than the budget: one a step, and cut the last stage"
UNDER = "you ask for fewer gradients than the budget: cut the last stage, do not drop it"
NO_PLAN = "a list of pairs (lr, steps) is wanted, one for each stage"

LONG = "longer than the start needs: the budget is gone before the step is short"
BRIEF = "too short to forget the start: n sqrt(lr mu) must reach log 2^(p+2)"


class Problem(NamedTuple):
    """A bowl, where to start, what may be spent, and the noise of each question."""

    h: Tensor  # curvatures, (d,)
    x0: Tensor
    L: float
    mu: float
    n1: int
    budget: int
    noise: Tensor  # (budget, d): row k belongs to question k

    def told(self) -> str:
        """Say in short what was tried."""
        return (
            f"L = {self.L:.3g}, mu = {self.mu:.3g}, n1 = {self.n1}, budget = {self.budget}, "
            f"x0 of shape {tuple(self.x0.shape)}"
        )

    def grad(self):
        """Make the noisy gradient of one run."""
        turn = itertools.count()
        return lambda y: self.h * y + self.noise[next(turn) % len(self.noise)]


def ends(draw):
    """Draw the largest curvature and the smallest; kappa is between 9 and 30."""
    L = draw.uniform(1.5, 9.0)
    return L, L / draw.uniform(9.0, 30.0)


def unit(L, mu, p=1):
    """Count the gradients of one unit of length."""
    return ceil(sqrt(L / mu) * log(2 ** (p + 2)))


def problem(draw, budget):
    """Draw a problem whose budget is budget(n1, unit)."""
    L, mu = ends(draw)
    h, n1 = draw.spectrum(4, mu, L), draw.integer(5, 9)
    spent = budget(n1, unit(L, mu))
    return Problem(h, 1 + draw.uniform(0.0, 1.0, 4), L, mu, n1, spent, 0.3 * draw.normal(spent, 4))


# ---------------------------------------------------------------- plans


def asked_plan(call, L, mu, n1, budget, **p):
    """Ask the answer for its stages: pairs of numbers, or the failure to show."""
    tried = f"L = {L:.3g}, mu = {mu:.3g}, n1 = {n1}, budget = {budget}"
    tried += "".join(f", {key} = {value}" for key, value in p.items())
    value = call("stages", L, mu, n1, budget, **p).value
    if value is None:
        return tried, Failure(tried, "a list", "None", walks.NOTHING, 1)
    rows = value.tolist() if isinstance(value, Tensor) else value
    pairs = [numbers(row, 2) for row in rows] if isinstance(rows, list | tuple) else [None]
    if None in pairs or not pairs:
        kind = "an empty list" if pairs == [] else f"a {type(value).__name__} of another form"
        return tried, Failure(tried, "[(lr, steps), ...]", kind, NO_PLAN, 1)
    return tried, pairs


def length_slips(L, mu, p=1):
    """List wrong lengths of stages 2 and 3, as (wrong value, cause)."""
    c, fine, half = unit(L, mu, p), sqrt(L / mu) * log(2 ** (p + 2)), sqrt(L / mu)
    found = [
        ([4, 8], SLIP),
        ([2 * c, 4 * c], LENGTH_FROM_ONE),
        ([c, c], FLAT),
        ([ceil(4 * fine), ceil(8 * fine)], LATE_CEIL),
    ]
    for wrong, cause in (
        (ceil(L / mu * log(2 ** (p + 2))), NO_ROOT),
        (ceil(half * log2(2 ** (p + 2))), LOG_TWO),
        (int(fine), "round the unit up: rounded down it is a little too short"),
        (unit(L, mu), "p is not used: the unit holds log 2^(p + 2)"),
    ):
        found.append(([4 * wrong, 8 * wrong], cause))
    return found


# ---------------------------------------------------------------- lengths


def asked_lengths(call, L, mu, lrs, p):
    """Ask for lengths; whole numbers, or the failure to show."""
    tried = f"L = {L:.3g}, mu = {mu:.3g}, {len(lrs)} steps from {max(lrs):.2g} to {min(lrs):.2g}"
    tried += f", p = {p}"
    more = {} if p == 1 else {"p": p}
    value = call("stage_lengths", L, mu, list(lrs), **more).value
    got = numbers(value, len(lrs))
    if got is None or any(n != int(n) or n < 1 for n in got):
        cause = walks.NOTHING if value is None else "one whole number is wanted for each step size"
        return tried, Failure(tried, f"{len(lrs)} whole numbers", "something else", cause, 1)
    return tried, got


def why_lengths(L, mu, lrs, got, p):
    """Name the slip behind wrong lengths, or nothing."""
    root, ends, many = sqrt(L / mu), log(2 ** (p + 2)), [1 / sqrt(lr * L) for lr in lrs]
    if len(set(got)) == 1:
        return FLAT
    for unit, grown, cause in (
        (1, 1, SLIP),
        (root * ends, 2, "n grows like 1 / sqrt lr, as momentum has it; yours like 1 / lr"),
        ((root * ends) ** 2, 1, "the unit enters twice: once is enough"),
        (root**2 * ends, 1, NO_ROOT),
        (root * log(8), 1, "p is not used: the unit holds log 2^(p + 2)"),
    ):
        high = ceil(sqrt(unit)) ** 2 if cause.startswith("the unit") else ceil(unit)
        lows, tops = ([u * n**grown for n in many] for u in (unit, high))
        if all(a - 2 <= g <= 1.02 * b + 2 for a, g, b in zip(lows, got, tops, strict=True)):
            return cause
    return ""


# ---------------------------------------------------------------- runs


def path(problem, rule=walks.look, *, plan=None, carry=False, home=False, beta=None):
    """Walk through the stages by a rule (x, v, grad, lr, beta) -> (x, v); all points, stacked.

    The options are slips: another plan; carry the move across a switch; begin each stage at x0;
    keep one momentum.
    """
    grad, x = problem.grad(), problem.x0
    v, rows = torch.zeros_like(x), [x]
    for lr, steps in plan or stages(*problem[2:6]):
        v = v if carry else torch.zeros_like(x)
        x = problem.x0 if home else x
        for _ in range(steps):
            x, v = rule(x, v, grad, lr, momentum(lr, problem.mu) if beta is None else beta)
            rows.append(x)
    return torch.stack(rows)


def run_slips(problem):
    """List wrong ends of a run, as (wrong value, cause)."""
    want, (L, mu, n1, budget) = path(problem), problem[2:6]
    plan, by = stages(L, mu, n1, budget), momentum(1 / L, mu)
    average = "the mean of the path came back: the last point is wanted"
    quarter = [(lr if k == 0 else 4 * lr, steps) for k, (lr, steps) in enumerate(plan)]
    return [
        *((path(problem, rule)[-1], cause) for rule, cause in walks.LOOK_SLIPS),
        (want.mean(0), average),
        (want[1:].mean(0), average),
        (want[-1] - want[-2], "this is the last move: the point itself is wanted"),
        (path(problem, beta=0.0)[-1], "your steps have no momentum: y_k lies beyond x_k"),
        (
            path(problem, carry=True)[-1],
            "the old move crossed the switch: a stage begins with x_(-1) = x_0, or the run jumps",
        ),
        (path(problem, home=True)[-1], "a stage begins where the last one ended, not at x0"),
        (path(problem, beta=by)[-1], "beta belongs to lr: renew it at every switch (1.3)"),
        (path(problem, plan=quarter)[-1], FROM_ONE),
        (path(problem, plan=[(1 / L, steps) for _, steps in plan])[-1], NEVER),
        (path(problem, plan=stages(L, mu, n1, budget, unit=1))[-1], SLIP),
    ]


def run(call, problem):
    """Run an answer; return its reply and the gradient that counted."""
    oracle = counted(problem.grad(), expect=problem.budget, like=problem.x0)
    reply = call("masg", oracle, problem.x0.clone(), *problem[2:6])
    return reply, oracle


def wrong_count(count, problem):
    """Fail unless the whole budget was spent and no more."""
    if count == problem.budget:
        return None
    wanted, cause = f"{problem.budget} gradients", OVER if count > problem.budget else UNDER
    return Failure(problem.told(), wanted, f"{count} gradients", cause, 3)


def compare_end(call, problem):
    """Compare where an answer ends with where the method does, under the same noise."""
    reply, oracle = run(call, problem)
    if reply.value is None:
        return Failure(problem.told(), "a point", "None", walks.NOTHING, 1)
    want, tried = path(problem), problem.told()
    if isinstance(reply.value, Tensor) and reply.value.shape == want.shape:
        cause = "the whole path came back: the last point is wanted"
        return Failure(tried, f"shape {tuple(want[-1].shape)}", "a path", cause, 3)
    return wrong_count(oracle.count, problem) or same(
        reply.value, want[-1], tried=tried, causes=run_slips(problem), hint=2
    )
