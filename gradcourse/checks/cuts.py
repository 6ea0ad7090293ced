"""Judging cut gradients: the slips in a cut, in ACClip's turn and in a mean of cut rows.

The noise of a walk belongs to the number of the question, not to the place, so that a right walk
can be repeated.
"""

import itertools
from typing import NamedTuple

import torch
from torch import Tensor

from gradcourse.checks import walks
from gradcourse.checks.call import counted
from gradcourse.checks.compare import same
from gradcourse.methods.clipping import State, acclip_step, clip_coordinates, clip_norm

CEILING = "short gradients must pass: tau is a ceiling, not a target"
TURNED = "you cut the entries: that turns the direction, the whole gradient shrinks by one factor"
SQUARED = "tau is compared with the squared length: the root is missing"
NAN = "0 / 0 is nan: where the gradient is zero it stays zero"


def whole(g, tau):
    """Cut a tensor of any shape by its length as a whole."""
    return clip_norm(g.flatten(), tau).reshape(g.shape)


class Run(NamedTuple):
    """A bowl, where to start, how to step, and the noise of each question."""

    h: Tensor
    x0: Tensor
    lr: float
    betas: tuple
    alpha: float
    steps: int
    noise: Tensor  # (steps, *S): row k belongs to question k

    def problem(self, **changed):
        """Put it as a walk, with fresh noise; `changed` settings make slips."""
        case, turn = self._replace(**changed), itertools.count()
        settings = case.betas, case.alpha
        return self.grad(turn), case.x0, case.lr, settings, case.steps

    def grad(self, turn):
        """Make the noisy gradient of one run."""
        return lambda x: self.h * x + self.noise[next(turn) % len(self.noise)]


class Turn(NamedTuple):
    """What one turn of the loop has at hand; a slip picks another step from it."""

    g: Tensor
    m: Tensor
    s: Tensor
    old: Tensor  # the threshold before it was renewed
    tau: Tensor
    settings: tuple  # (betas, alpha)
    k: int  # the number of the turn, from 1


def cut(m, tau):
    """Cut every entry of m to its own tau >= 0."""
    return torch.minimum(torch.maximum(m, -tau), tau)


def _right(x, memory, grad, lr, settings):
    """Take ACClip's step, as a rule for `walks.rows_of`."""
    m, s = memory if isinstance(memory, tuple) else (memory, memory)
    betas, alpha = settings
    x, m, s = acclip_step(State(x, m, s), grad(x), lr=lr, betas=betas, alpha=alpha)
    return x, (m, s)


def _by(step):
    """Make a rule whose step is picked from a `Turn`."""

    def rule(x, memory, grad, lr, settings):
        (b1, b2), alpha = settings
        m, s, old, k = memory if isinstance(memory, tuple) else (memory, memory, memory, 1)
        g = grad(x)
        m, s = b1 * m + (1 - b1) * g, b2 * s + (1 - b2) * g.abs() ** alpha
        tau = s ** (1 / alpha)
        return x - lr * step(Turn(g, m, s, old, tau, settings, k)), (m, s, tau, k + 1)

    return rule


def _cut_gradient(t):
    return cut(t.g, t.tau)


def _by_sign(t):
    return t.m.sign() * t.tau


def _corrected(t):
    """Step with both averages corrected for their start from zero, as Adam does."""
    (b1, b2), alpha = t.settings
    return cut(t.m / (1 - b1**t.k), (t.s / (1 - b2**t.k)) ** (1 / alpha))


STEP_SLIPS = (
    (_cut_gradient, "you cut the gradient: ACClip cuts its running average m"),
    (lambda t: cut(t.m, t.old), "you cut by the old threshold: renew it first, then cut"),
    (lambda t: cut(t.m, t.s), "tau is in gradient units: take the root 1 / alpha of the average"),
    (lambda t: t.m, "nothing is cut: this is a plain running average"),
    (_by_sign, "every entry moves by tau: where |m| is smaller, m passes"),
    (lambda t: t.m / t.tau, "you divide by tau, as Adam does: here tau only cuts"),
    (_corrected, "no bias correction here: the source has none, the start is slow"),
    (
        lambda t: cut(t.m / (1 - t.settings[0][0]), t.tau),
        "m is an average: weigh g with 1 - beta_1",
    ),
    (lambda t: t.m * (t.tau.norm() / t.m.norm()).clamp(max=1), "each entry has its own tau"),
    (lambda t: -cut(t.m, t.tau), walks.CLIMB),
)
SWAPPED = "the betas are swapped: the first is for m, the second for the threshold"
NO_ALPHA = "alpha is not used: average |g|^alpha, then take its root"
EQUAL = "with equal betas nothing is ever cut: the path is that of the plain average"


def draw_run(draw, *shape, steps, alpha=1.0, betas=None):
    """Draw a run with rare wild gradients, where some entries are cut and some are not."""
    for _ in range(99):
        both = betas or (draw.uniform(0.5, 0.7), draw.uniform(0.8, 0.9))
        wild = 0.3 * torch.exp(1.5 * draw.normal(steps, *shape)) * draw.normal(steps, *shape)
        h, x0 = draw.uniform(0.2, 1.0, *shape), draw.uniform(0.2, 0.5, *shape)
        run = Run(h, x0, draw.uniform(0.3, 0.8), both, alpha, steps, wild)
        if steps == 1 or betas or _told_apart(run):
            break
    return run


def _told_apart(run):
    """Tell whether the slips that may look alike, or right, by chance differ on this run."""
    paths = [walks.rows_of(_right, run.problem())]
    paths.append(walks.rows_of(_right, run.problem(betas=run.betas[::-1])))
    paths += [walks.rows_of(_by(step), run.problem()) for step in (_cut_gradient, _by_sign)]
    pairs = itertools.combinations(paths, 2)
    return min(float((a - b).abs().max()) for a, b in pairs) > 1e-3


def walk(call, run):
    """Let an answer walk; return its reply and the gradient that counted."""
    grad, x0, lr, (betas, alpha), steps = run.problem()
    oracle = counted(grad, expect=steps, like=x0)
    told = {"lr": lr, "betas": betas, "alpha": alpha, "steps": steps}
    return call("acclip", oracle, x0.clone(), **told), oracle


def _slipped(run):
    """Walk as each slip does; yield pairs (wrong path, cause)."""
    for step, cause in STEP_SLIPS:
        yield walks.rows_of(_by(step), run.problem()), cause
    yield walks.rows_of(_right, run.problem(betas=run.betas[::-1])), SWAPPED
    yield walks.rows_of(_right, run.problem(alpha=1.0)), NO_ALPHA


def compare_walk(call, run, otherwise="the path leaves that of (2.8) to (2.10)"):
    """Compare an answer's path with ACClip's; count its questions first."""
    reply, oracle = walk(call, run)
    want = walks.rows_of(_right, run.problem())
    tried = f"betas = ({run.betas[0]:.2f}, {run.betas[1]:.2f}), alpha = {run.alpha:.3g}"
    tried += f", lr = {run.lr:.3g}, steps = {run.steps}"
    if reply.value is not None:
        failure = walks.wrong_count(oracle.count, run.steps)
        if failure:
            return failure
    causes = itertools.chain(walks.path_causes(want), _slipped(run))
    return same(
        reply.value, want, tried=tried, causes=causes, rtol=1e-6, hint=2, otherwise=otherwise
    )


def _row_slips(grads, tau):
    """List the slips that learners make, as (wrong value, cause)."""
    n, sizes = len(grads), grads.norm(dim=1, keepdim=True)
    kept = grads[sizes[:, 0] <= tau]
    return [
        ((grads * (tau / sizes**2).clamp(max=1)).mean(0), SQUARED),
        (clip_norm(grads.mean(0), tau), "you average first: cut each row before it can rule"),
        (clip_norm(grads.T, tau).T.mean(0), "these are the lengths of the columns: a row is one g"),
        (whole(grads, tau).mean(0), "one length for all rows together: every row has its own"),
        (clip_coordinates(grads, tau).mean(0), TURNED),
        (clip_norm(grads, tau).sum(0), "this is the sum: divide by the number of rows"),
        (clip_norm(grads, tau), "the rows come back one by one: their mean is wanted"),
        ((grads / sizes * tau).mean(0), CEILING),
        (grads.mean(0), "nothing is cut: a row is longer than tau"),
        (kept.mean(0), "long rows are dropped: cut them, they keep their direction"),
        (kept.sum(0) / n, "long rows become zero: cut them, they keep their direction"),
        (clip_norm(grads, tau / n).mean(0), "tau is for one row: do not share it among them"),
    ]


def rows(draw, n, low, high):
    """Draw n rows of three positive entries; lengths between low and high."""
    grads = draw.uniform(0.5, 1.5, n, 3)
    return grads * (draw.uniform(low, high, n, 1) / grads.norm(dim=1, keepdim=True))


def compare_rows(call, grads, tau, tried, first=()):
    """Compare a mean of cut rows; `first` holds causes that come before the usual slips."""
    got = call("clipped_mean", grads.clone(), tau).value
    causes = [*first, *_row_slips(grads, tau)]
    return same(got, clip_norm(grads, tau).mean(0), tried=tried, causes=causes, hint=2)
