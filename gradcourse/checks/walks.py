"""Judging walks: run an answer, count its questions, and know the slips that learners make.

A walk is an answer `walk(grad, x0, *, lr, momentum, steps)` that returns its steps + 1 rows.
A rule (x, memory, grad, lr, beta) -> (x, memory) is one turn of its loop; the slips are rules too.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from gradcourse.checks.call import counted
from gradcourse.checks.compare import Failure, same, untouched
from gradcourse.methods.descent import State, heavy_ball_step, nesterov_step

CLIMB = "you climb: the step goes against the gradient"
NOTHING = "nothing came back: end the function with return"
ALIAS = "all rows are one and the same tensor, moved in place: write x = x - lr * v"
NO_START = "the start is missing: x0 is row 0, so there are steps + 1 rows"
NO_END = "the last row is missing: x0 and then one row for each step"
NOT_STACKED = "a list of rows came back: torch.stack(rows) makes it one tensor"
GREEDY = "you ask for more gradients than steps: keep grad(x) in a name"
LAZY = "you ask for fewer gradients than steps: every step needs a fresh one"

Problem = tuple[Callable[[Tensor], Tensor], Tensor, float, float, int]  # grad, x0, lr, beta, steps


def run(call, name: str, problem: Problem):
    """Run an answer on a problem; return its reply and the gradient that counted."""
    grad, x0, lr, momentum, steps = problem
    oracle = counted(grad, expect=steps)
    return call(name, oracle, x0.clone(), lr=lr, momentum=momentum, steps=steps), oracle


def rows_of(rule: Callable, problem: Problem) -> Tensor:
    """Walk by a rule (x, memory, grad, lr, beta) -> (x, memory), from rest."""
    grad, x, lr, momentum, steps = problem
    memory, rows = torch.zeros_like(x), [x]
    for _ in range(steps):
        x, memory = rule(x, memory, grad, lr, momentum)
        rows.append(x)
    return torch.stack(rows)


def path_causes(want: Tensor) -> tuple:
    """List the slips that spoil the rows of any method, as (wrong value, cause)."""
    return (
        (None, NOTHING),
        (list(want), NOT_STACKED),
        (want[-1:].expand_as(want).clone(), ALIAS),
        (want[1:].clone(), NO_START),
        (want[:-1].clone(), NO_END),
    )


def kept(reply, name: str, *before) -> Failure | None:
    """Fail when the call changed an argument, or gave nothing back."""
    tried = f"a call, and then a look at the caller's {name}"
    if reply.value is None:
        return Failure(tried, "a result", "None", NOTHING, 1)
    cause = f"your function changed its input; the caller's {name} moved too"
    return untouched(reply, *before, tried=tried, cause=cause, hint=3)


def wrong_count(count: int, steps: int) -> Failure | None:
    """Fail unless there were as many questions as steps."""
    if count == steps:
        return None
    cause = GREEDY if count > steps else LAZY
    return Failure(f"steps = {steps}", f"{steps} gradients", f"{count} gradients", cause, 3)


def ball(x, v, grad, lr, beta):
    """Take the heavy ball's step."""
    state = heavy_ball_step(State(x, v), grad(x), lr=lr, momentum=beta)
    return state.x, state.v


def look(x, v, grad, lr, beta):
    """Take Nesterov's step."""
    state = nesterov_step(State(x, v), grad, lr=lr, momentum=beta)
    return state.x, state.v


def _reset(x, v, grad, lr, b):
    return x - lr * grad(x), v


def _faded(x, v, grad, lr, b):
    v = b * v + (1 - b) * grad(x)
    return x - lr * v, v


def _old(x, v, grad, lr, b):
    return x - lr * v, b * v + grad(x)


def _forgets(x, v, grad, lr, b):
    g = grad(x)
    return x - lr * (b * v + g), g


def _endless(x, v, grad, lr, b):
    return x - lr * (v + grad(x)), v + grad(x)


def _climbs(x, v, grad, lr, b):
    v = b * v + grad(x)
    return x + lr * v, v


BALL_SLIPS = (
    (_reset, "the velocity must survive the step: set it to zero once, before the loop"),
    (_faded, "your steps carry a factor 1 - momentum: here v adds the whole gradient"),
    (_old, "x moved with the old velocity: renew v first, then move x with it"),
    (_forgets, "your ball remembers one gradient only: v holds all of them, fading"),
    (_endless, "nothing shrinks the old velocity: multiply it by momentum"),
    (_climbs, CLIMB),
    (look, "you looked ahead before you asked: that is Nesterov's method, the next exercise"),
)


def _at_x(x, v, grad, lr, b):
    new = x + b * v - lr * grad(x)
    return new, new - x


def _back(x, v, grad, lr, b):
    y = x - b * v
    new = y - lr * grad(y)
    return new, new - x


def _stale(x, far, grad, lr, b):
    y = x + b * far
    new = y - lr * grad(y)
    return new, far + new - x


def _from_x(x, v, grad, lr, b):
    new = x - lr * grad(x + b * v)
    return new, new - x


LOOK_SLIPS = (
    (_at_x, "still asked at x_k, as the heavy ball does: look ahead to y_k"),
    (_back, "you look back: y_k lies beyond x_k, away from x_(k-1)"),
    (_stale, "x_(k-1) never changes in your loop: renew it after each step"),
    (_from_x, "you look from y_k but step from x_k: start the step at y_k"),
)


def hill(draw, *shape):
    """Draw a bowl that is a little bent: its gradient, a start, a calm step."""
    h, x0 = draw.uniform(0.2, 1.0, *shape), 1 + draw.uniform(0.0, 1.0, *shape)
    return (lambda x: h * x + 0.2 * torch.sin(x)), x0, draw.uniform(0.3, 0.8)


def told(problem):
    """Say in short what was tried."""
    return f"lr = {problem[2]:.3g}, momentum = {problem[3]:.3g}, steps = {problem[4]}"


def compare_path(call, name, rule, slips, problem, from_rows=()):
    """Compare an answer's path with a rule's; slips, and functions of the rows, name the cause."""
    reply, _ = run(call, name, problem)
    want = rows_of(rule, problem)
    causes = [(rows_of(slip, problem), cause) for slip, cause in slips]
    causes += [(slip(want, problem[3]), cause) for slip, cause in from_rows]
    causes = [*path_causes(want), *causes]
    return same(reply.value, want, tried=told(problem), causes=causes, hint=2)


def asked_places(rule, problem):
    """List the places where a rule asks for its gradient."""
    places, grad = [], problem[0]
    rows_of(rule, (lambda x: (places.append(x), grad(x))[1], *problem[1:]))
    return torch.stack(places)


def look_points(path, beta):
    """List the places y_k that a path looks from."""
    return path + beta * (path - torch.cat([path[:1], path[:-1]]))


def border_failure(path, share, problem):
    """Fail unless Nesterov's path rests below its border, share < 1, and leaves above."""
    want, end = rows_of(look, problem), math.nan
    if isinstance(path, Tensor) and path.shape == want.shape:
        end = float(path[-1].abs().max())
    if end < 0.01 if share < 1 else end > 100:
        return None
    causes = [(rows_of(slip, problem), cause) for slip, cause in LOOK_SLIPS]
    why = "the border is not where (0.8) puts it: compare your loop with (0.7)"
    reason = same(path, want, tried="", causes=[*path_causes(want), *causes], otherwise=why)
    tried = f"{told(problem)}: {share:.2f} times the border"
    wanted = "it comes to rest" if share < 1 else "it leaves, for the step is past the border"
    return Failure(tried, wanted, f"it ends at {end:.2g}", reason.cause if reason else why, 2)
