"""Pictures of chapter 00: a step on a bowl, how far it may go, and where it goes round for ever."""

from typing import Any, NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Rectangle

from gradcourse.methods.descent import (
    State,
    heavy_ball_step,
    largest_lr,
    nesterov_step,
    rate,
)
from gradcourse.pictures.panel import Panel, Slider
from gradcourse.pictures.style import (
    BASELINE,
    DATA_ALPHA,
    EXTRA,
    FAILURE,
    METHOD,
    REPAIRED,
    THEORY,
    end_label,
    figure,
    picture,
)
from gradcourse.problems import Kinked

METHODS = {"gradient": (BASELINE, "o"), "heavy ball": (METHOD, "s"), "Nesterov": (EXTRA[0], "^")}
BOWL = ("#EDF4FA", "#DFECF6", "#D1E4F1", "#C2DBEC", "#B2D2E7")  # from the rim to the bottom
BORDER = {"color": THEORY, "linestyle": (0, (4, 2.5)), "linewidth": 1}
QUIET = "#555555"


@picture
def opening(runs, kappa: float) -> Figure:
    """Draw three paths on one bowl, side by side.

    Args:
        runs: three tuples (lr, path, words); path has shape (steps + 1, 2), words go above it.
        kappa: curvature of the steep direction; the gentle one has 1.
    """
    fig = figure((9.0, 3.7))
    _title(fig, "Same bowl, same start, same rule: only the length of the step differs")
    colors = (BASELINE, METHOD, FAILURE)
    for i, (ax, (lr, path, words)) in enumerate(zip(fig.subplots(1, 3, sharey=True), runs,
                                                    strict=True)):
        _bowl_tile(ax, kappa, (-3.1, 1.1), (-1.45, 1.45))
        _path(ax, np.asarray(path), colors[i])
        ax.set_title(f"step {lr:g}: {words}", color=colors[i], weight="bold", size=10, pad=5)
        ax.set_xlabel("x (parameter units)")
        ax.set_xticks([-3, -2, -1, 0, 1])
        if i == 0:
            ax.set_ylabel("y (parameter units)")
            ax.annotate("start", path[0], (0, 9), textcoords="offset points", ha="center")
            ax.annotate("lowest point", (0, 0), (0, 9), textcoords="offset points", ha="center")
    return fig


@picture
def tangent(x, height, at: float, value: float, slope: float) -> Figure:
    """Draw a curve and the straight line that the gradient promises at one point."""
    fig = figure("one")
    ax = fig.subplots()
    ax.plot(x, height, color=METHOD)
    near = np.array([at - 1.2, at + 1.2])
    ax.plot(near, value + slope * (near - at), **BORDER)
    ax.plot(at, value, "o", color=THEORY, ms=8)
    ax.annotate(f"here the slope is {slope:.2g}", (at, value), (-14, 2),
                textcoords="offset points", ha="right")
    downhill = -np.sign(slope)
    ax.annotate("", (at + 0.9 * downhill, value + 2.4), (at, value + 2.4),
                arrowprops={"arrowstyle": "-|>", "color": REPAIRED, "lw": 2})
    ax.text(at + 0.95 * downhill, value + 2.4, " downhill is against it ", color=REPAIRED,
            ha="right" if downhill < 0 else "left", va="center")
    ax.set_title("The gradient is the slope of the line that touches the curve")
    ax.set_xlabel("x (parameter units)")
    ax.set_ylabel("f(x) (objective units)")
    return fig


@picture
def two_axes(values) -> Figure:
    """Draw one shrinking sequence on a plain and on a log axis."""
    fig = figure("two")
    _title(fig, "What shrinks by the same factor is a straight line on a log axis")
    plain, log = fig.subplots(1, 2)
    steps = np.arange(len(values))
    for ax, words in ((plain, "plain axis: after a while, all looks like 0"),
                      (log, "log axis: one tick label down is\none hundred times smaller")):
        ax.plot(steps, values, ".-", color=METHOD, lw=1.2)
        ax.text(0.97, 0.93, words, transform=ax.transAxes, ha="right", va="top", color=QUIET)
        ax.set_xlabel("steps taken")
        ax.set_ylabel("height (objective units)")
    log.set_yscale("log")
    log.set_ylim(1e-9, 1e3)
    log.set_yticks([1e-8, 1e-6, 1e-4, 1e-2, 1, 1e2])
    return fig


@picture
def directions(reach, gentle, steep, kappa: float) -> Figure:
    """Draw a bowl from above and its two cross-sections.

    Args:
        reach: positions along either direction, shape (n,).
        gentle: heights along the gentle direction, shape (n,).
        steep: heights along the steep direction, shape (n,).
        kappa: ratio of the two curvatures.
    """
    fig = figure("two")
    _title(fig, "Two directions, two curvatures: the bowl is stretched where it bends less")
    above, cut = fig.subplots(1, 2)
    _bowl_tile(above, kappa, (-2.7, 2.7), (-1.45, 1.45))
    for tip, color in (((2.0, 0), REPAIRED), ((0, 1.0), FAILURE)):
        above.annotate("", tip, (0, 0), arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2})
    above.text(2.05, 0.13, "gentle", color=REPAIRED, ha="right")
    above.text(0.1, 1.05, "steep", color=FAILURE)
    above.set_xlabel("x (parameter units)")
    above.set_ylabel("y (parameter units)")
    cut.plot(reach, gentle, color=REPAIRED)
    cut.plot(reach, steep, color=FAILURE, linestyle=(0, (6, 1.5)))
    cut.set_ylim(0, 5.6)
    cut.text(2.4, 3.2, "curvature 1", color=REPAIRED, ha="right")
    cut.text(1.12, 5.1, f"curvature {kappa:g}", color=FAILURE)
    cut.set_xlabel("distance from the lowest point (parameter units)")
    cut.set_ylabel("f (objective units)")
    return fig


@picture
def theory(step_times_L, kept, promised, stretch, steps) -> Figure:
    """Compare predicted and measured factors, and count steps against stretch.

    Args:
        step_times_L: step lengths times L, shape (n,).
        kept: measured error kept per step, shape (n,).
        promised: predicted error kept per step, shape (n,).
        stretch: condition numbers, shape (m,).
        steps: method name -> steps to one millionth, shape (m,) each.
    """
    fig = figure((9.0, 3.7))
    _title(fig, "Past 2/L the error grows. Stretch κ costs κ steps, with momentum only about √κ")
    left, right = fig.subplots(1, 2)
    _factor(left, *map(np.asarray, (step_times_L, kept, promised)))
    k = np.asarray(stretch, dtype=float)
    for name, count in steps.items():
        color, marker = METHODS[name]
        right.loglog(k, count, color=color, marker=marker, ms=5)
    names = zip(steps, (0, 6, -6), strict=True)
    for name, dy in names:
        end_label(right, k[-1], steps[name][-1], name, METHODS[name][0], dx=8, dy=dy)
    right.loglog(k, 4 * k, **BORDER)
    right.loglog(k, 3.4 * np.sqrt(k), **BORDER)
    right.text(k[2], 5.5 * k[2], "slope 1 ", ha="right", va="bottom")
    right.text(k[-2], 2.6 * np.sqrt(k[-2]), " slope ½", va="top")
    right.set_xlim(3.4, 7e3)
    right.set_ylim(4, 8e3)
    right.set_xticks([10, 100, 1000])
    right.set_xlabel("stretch of the bowl κ = L/μ")
    right.set_ylabel("steps to one millionth of the height")
    return fig


def _factor(ax: Axes, step, kept, promised) -> None:
    ax.axhline(1, color="#999999", lw=0.8)
    ax.axvline(2, color=THEORY, lw=1, ls=":")
    ax.axvspan(2, 2.2, color=FAILURE, alpha=0.08, lw=0)
    ax.plot(step, promised, **BORDER)
    fine = kept < 1
    ax.plot(step[fine], kept[fine], "o", color=METHOD, ms=4)
    ax.plot(step[~fine], kept[~fine], "X", color=FAILURE, ms=5)
    ax.set_xlim(0, 2.2)
    ax.set_ylim(0.88, 1.16)
    ax.text(0.85, 0.972, "dashed: theory", color=THEORY)
    ax.text(0.1, 0.93, "marks: measured", color=METHOD)
    ax.text(0.06, 1.007, "above 1 the error grows", color=QUIET)
    ax.text(1.96, 1.13, "limit 2/L", ha="right")
    ax.set_xlabel("step × L")
    ax.set_ylabel("error kept per step (ratio)")


@picture
def limits(momentum, measured, promised) -> Figure:
    """Draw the largest step against momentum: heavy ball up, Nesterov down.

    Args:
        momentum: values of momentum, shape (n,).
        measured: name -> measured limit times L, shape (n,).
        promised: name -> two rows, momentum and the formula's limit times L, shape (2, m).
    """
    fig = figure("one")
    ax = fig.subplots()
    ax.set_title("Momentum raises the heavy ball's limit and lowers Nesterov's")
    for name in measured:
        color, marker = METHODS[name]
        ax.plot(*promised[name], **BORDER)
        ax.plot(momentum, measured[name], marker, color=color, ms=6)
        end_label(ax, 1.0, promised[name][1][-1], name, color)
    ax.axhline(2, color=BASELINE, lw=1.3)
    end_label(ax, 1.0, 2, "gradient", BASELINE)
    ax.text(0.3, 3.15, "dashed: formula\nmarks: measured", color=QUIET, ha="center")
    ax.set_xlim(-0.03, 1.0)
    ax.set_ylim(1, 4.2)
    ax.set_xlabel("momentum β")
    ax.set_ylabel("longest step × L")
    return fig


@picture
def fair(curves, finals, lrs, chosen) -> Figure:
    """Draw the training loss of every run and what each tried step gave.

    Args:
        curves: name -> training loss at the chosen step, shape (steps + 1, seeds).
        finals: name -> loss after the last step, shape (lrs, seeds).
        lrs: the steps tried, shape (lrs,).
        chosen: name -> the step chosen.
    """
    fig = figure((9.0, 3.7))
    _title(fig, "In the same number of steps, momentum fits the training digits far closer")
    left, right = fig.subplots(1, 2)
    for dy, (name, loss) in zip((0, -6, 6), curves.items(), strict=True):
        color, marker = METHODS[name]
        loss, last = np.asarray(loss), np.asarray(finals[name])
        left.semilogy(loss, color=color, lw=0.8, alpha=DATA_ALPHA)
        middle = np.median(loss, axis=1)
        left.semilogy(middle, color=color)
        end_label(left, len(loss) - 1, middle[-1], name, color, dy=dy)
        right.loglog(lrs, last, marker, color=color, ms=4, alpha=DATA_ALPHA)
        right.loglog(lrs, np.median(last, axis=1), color=color, marker=marker, ms=5)
    left.set_xlim(0, 1.32 * (len(loss) - 1))
    left.set_xticks(np.linspace(0, len(loss) - 1, 5).round())
    left.text(0.97, 0.95, "every run thin, median thick", transform=left.transAxes,
              ha="right", va="top", color=QUIET)
    left.set_xlabel("full-batch steps")
    left.set_ylabel("training loss (nats per digit)")
    best = ", ".join(f"{lr:g}" for lr in sorted(set(chosen.values())))
    right.text(0.04, 0.05, f"lowest median at step {best}", transform=right.transAxes, color=QUIET)
    right.set_xticks(list(lrs), [f"{lr:g}" for lr in lrs])
    right.set_xticks([], minor=True)
    right.set_xlabel("step tried (parameter/gradient units)")
    right.set_ylabel("loss after the last step (nats)")
    return fig


@picture
def referee(times, sharpness, losses) -> Figure:
    """Draw the steepest curvature of a network's loss against its border, and the loss.

    Args:
        times: steps at which the curvature was measured, shape (n,).
        sharpness: step length -> steepest curvature, shape (n, seeds).
        losses: step length -> training loss after every step, shape (steps, seeds).
    """
    fig = figure((9.0, 3.8))
    _title(fig, "Nobody gives L to a network: it climbs until it meets the border 2/step")
    left, right = fig.subplots(1, 2)
    colors = (BASELINE, METHOD, EXTRA[0])
    last = times[-1]
    for color, (lr, curve) in zip(colors, sharpness.items(), strict=True):
        curve, loss = np.asarray(curve), np.asarray(losses[lr])
        left.axhline(2 / lr, **BORDER)
        left.plot(times, curve, color=color, lw=0.8, alpha=DATA_ALPHA)
        left.plot(times, np.median(curve, axis=1), color=color)
        end_label(left, 1.02 * last, 2 / lr, f"2/{lr:g} = {2 / lr:.2g}", color, dx=2, dy=7)
        right.semilogy(loss[:, 0], color=color, lw=1)
    for y, color, lr in zip((0.79, 0.87, 0.95), colors, sharpness, strict=True):
        right.text(0.97, y, f"step {lr:g}", transform=right.transAxes, ha="right", va="top",
                   color=color)
    left.set_xlim(0, 1.28 * last)
    left.set_xticks(range(0, last + 1, max(15, 200 * round(last / 900))))
    left.set_ylim(0, 4.9)
    for ax, words in ((left, "steepest curvature L\n(gradient/parameter units)"),
                      (right, "training loss, one run\n(half squared error)")):
        ax.set_xlabel("full-batch steps")
        ax.set_ylabel(words)
    return fig


class Bowl(NamedTuple):
    """What the bowl panel shows."""

    path: np.ndarray  # x_k, (61, 2)
    heights: np.ndarray  # f(x_k), (61,)
    promised: np.ndarray  # theory's heights, (61,)
    rho: float  # asymptotic factor of the error per step
    step: float  # step x L
    limit: float  # largest step x L
    momentum: float
    stretch: float


class BowlPanel(Panel):
    """A ball on a bowl: how far may one step go?"""

    sliders = (Slider("step", "step × L", 0.05, 4.2, 1.9, 0.01),
               Slider("momentum", "momentum β", 0.0, 0.95, 0.0, 0.01),
               Slider("stretch", "stretch κ", 1.0, 100.0, 12.0, 0.02, log=True))
    strip = ({}, {"step": 2.06}, {"momentum": 0.5})
    alt = ("Path of the heavy ball on a stretched bowl, its height on a log axis against theory, "
           "and a ruler of step times L with the border at 2(1 + momentum). At 1.9 the path "
           "zigzags in; at 2.06 it is thrown out; momentum 0.5 moves the border to 3 and saves it.")
    steps, origin = 60, (-2.6, 0.9)

    def compute(self, *, step: float, momentum: float, stretch: float) -> Bowl:
        """Run 60 steps on the bowl with curvatures 1/stretch and 1."""
        h = torch.tensor([1 / stretch, 1.0], dtype=torch.float64)
        x = torch.tensor(self.origin, dtype=torch.float64)
        state, path = State(x, torch.zeros_like(x)), [x]
        for _ in range(self.steps):
            state = heavy_ball_step(state, h * state.x, lr=step, momentum=momentum)
            path.append(state.x)
        xs = torch.stack(path)
        heights = (0.5 * h * xs**2).sum(1).numpy()
        rho = float(rate(h, step, momentum))
        promised = heights[0] * rho ** (2 * np.arange(self.steps + 1))
        return Bowl(xs.numpy(), heights, promised, rho, step, largest_lr(1.0, momentum),
                    momentum, stretch)

    def draw(self) -> Figure:
        """Draw axes, labels and the ruler; make the artists that move."""
        fig = figure((9.0, 4.3))
        axes = fig.subplot_mosaic([["bowl", "height"], ["ruler", "ruler"]],
                                  height_ratios=(6, 1.5))
        self.moving = []
        self._draw_bowl(axes["bowl"])
        self._draw_height(axes["height"])
        self._draw_ruler(axes["ruler"])
        return fig

    def _draw_bowl(self, ax: Axes) -> None:
        ax.set(xlim=(-3.1, 1.3), ylim=(-1.7, 1.7), facecolor=BOWL[0],
               xlabel="x (parameter units)", ylabel="y (parameter units)",
               xticks=[-3, -2, -1, 0, 1], yticks=[-1, 0, 1])
        ax.spines[:].set_visible(False)
        self.rims = _rims(ax, 12.0, animated=True)
        self.line, = ax.plot([], [], "o-", ms=4, mec="white", mew=0.5, lw=1.5, animated=True)
        ends = ax.plot(*self.origin, "o", color=THEORY, ms=8, animated=True)
        ends += ax.plot(0, 0, "*", color=THEORY, ms=9, mec="white", mew=0.6, animated=True)
        words = [ax.text(self.origin[0], 1.08, "start", ha="center", animated=True)]
        self.moving += [*self.rims, self.line, *ends, *words]

    def _draw_height(self, ax: Axes) -> None:
        ax.set(yscale="log", xlim=(0, self.steps), ylim=(1e-8, 1e3), xlabel="steps taken",
               ylabel="height (objective units)")
        ax.set_yticks([1e-8, 1e-6, 1e-4, 1e-2, 1, 1e2])
        self.height, = ax.plot([], [], animated=True)
        self.promise, = ax.plot([], [], animated=True, **BORDER)
        self.words = ax.text(0.98, 0.97, "", transform=ax.transAxes, ha="right", va="top",
                             animated=True)
        self.moving += [self.height, self.promise, self.words]

    def _draw_ruler(self, ax: Axes) -> None:
        ax.set(xlim=(0, 4.2), ylim=(0, 2), yticks=[], xlabel="step × L")
        ax.spines["left"].set_visible(False)
        self.good = ax.add_patch(Rectangle((0, 0), 2, 1, color="#DCEBF5", lw=0, animated=True))
        self.bad = ax.add_patch(Rectangle((2, 0), 3, 1, color="#FBE5D9", lw=0, animated=True))
        self.edge, = ax.plot([2, 2], [0, 1], animated=True, **BORDER)
        self.mark, = ax.plot([1], [0.5], "v", ms=11, animated=True)
        side = {"va": "center", "animated": True}
        words = [ax.text(0.03, 0.5, "converges", color=METHOD, **side),
                 ax.text(4.17, 0.5, "diverges", color=FAILURE, ha="right", **side)]
        self.border = ax.text(2, 1.15, "", ha="center", va="bottom", animated=True)
        self.moving += [self.good, self.bad, self.edge, self.mark, *words, self.border]

    def update(self, data: Bowl) -> None:
        """Move path, heights and border."""
        color = METHOD if data.rho < 1 else FAILURE
        for rim, size in zip(self.rims, RIMS, strict=True):
            rim.set_width(2 * size * data.stretch**0.5)
        path = data.path[: _leaving(data.path, 3.2, 1.72) + 1]
        self.line.set_data(path[:, 0], path[:, 1])
        self.height.set_data(np.arange(len(data.heights)), np.maximum(data.heights, 1e-300))
        self.promise.set_data(np.arange(len(data.heights)), np.maximum(data.promised, 1e-300))
        for artist in (self.line, self.height, self.mark):
            artist.set_color(color)
        self.words.set_text("thick: measured\ndashed: theory")
        self.words.set_position((0.98, 0.97) if data.rho < 1 else (0.98, 0.17))
        self.good.set_width(data.limit)
        self.bad.set_x(data.limit)
        self.edge.set_xdata([data.limit, data.limit])
        self.mark.set_xdata([data.step])
        self.border.set_text(f"border 2(1 + β) = {data.limit:.3g}")
        self.border.set_x(min(data.limit, 3.6))

    def caption(self, data: Bowl) -> str:
        """Say whether it converges and how fast."""
        share = data.step / data.limit
        if data.rho >= 1:
            return (f"Diverges: the step is {share:.2f} of the limit; in the long run the height "
                    f"grows by the factor {data.rho**2:.2f} a step.")
        return (f"Converges: the step is {share:.2f} of the limit; in the long run each step "
                f"multiplies the height by {data.rho**2:.2f}.")


class Kink(NamedTuple):
    """What the failure laboratory shows."""

    ball: np.ndarray  # heavy ball's x_k, (401,)
    nesterov: np.ndarray  # Nesterov's x_k, (81,)
    period: int  # 0: arrives; n: circles through n places; -1: wanders; -2: diverges
    step: float
    momentum: float
    start: float


class KinkPanel(Panel):
    """A curve that is almost a bowl, where the best pair for bowls goes round for ever."""

    sliders = (Slider("step", "step × L", 2.0, 3.3, 2.78, 0.01),
               Slider("momentum", "momentum β", 0.3, 0.95, 0.44, 0.01),
               Slider("start", "start", -4.0, 4.0, 3.3, 0.1, unit="parameter units"))
    strip = ({}, {"start": 2.0}, {"step": 3.0})
    alt = ("Heavy ball on a curve with curvatures 25, 1 and 25, and its distance to the lowest "
           "point beside Nesterov's. From 3.3 it visits three places for ever, from 2 it arrives, "
           "and with a step past the bowl's limit it never settles; Nesterov arrives each time.")
    curve = Kinked()
    steps, seen = 400, 80

    def compute(self, *, step: float, momentum: float, start: float) -> Kink:
        """Run the heavy ball 400 steps and Nesterov 80, from the same start."""
        x = torch.tensor(start, dtype=torch.float64)
        ball, fast = State(x, torch.zeros_like(x)), State(x, torch.zeros_like(x))
        lr, L, mu = step / self.curve.L, self.curve.L, self.curve.mu
        safe = 1 / (2 * L)
        root = (safe * mu) ** 0.5
        balls, fasts = [start], [start]
        for k in range(self.steps):
            ball = heavy_ball_step(ball, self.curve.grad(ball.x), lr=lr, momentum=momentum)
            balls.append(float(ball.x))
            if k < self.seen:
                fast = nesterov_step(fast, self.curve.grad, lr=safe,
                                     momentum=(1 - root) / (1 + root))
                fasts.append(float(fast.x))
        xs = np.array(balls)
        return Kink(xs, np.array(fasts), _period(xs), step, momentum, start)

    def draw(self) -> Figure:
        """Draw the curve and the axes; make the artists that move."""
        fig = figure((9.0, 3.9))
        left, right = fig.subplots(1, 2)
        grid = torch.linspace(-4.4, 4.6, 400, dtype=torch.float64)
        left.plot(grid, self.curve.value(grid), color="#B8C6D1", lw=4)
        self.moving = []
        self._draw_curve(left)
        self._draw_distance(right)
        return fig

    def _draw_curve(self, ax: Axes) -> None:
        ax.set(xlabel="x (parameter units)", ylabel="f(x) (objective units)")
        ax.set(xlim=(-4.5, 4.7), ylim=(-12, 240))
        self.first, = ax.plot([], [], "-", color=BASELINE, lw=0.8, alpha=0.6, animated=True)
        self.round, = ax.plot([], [], "o-", lw=1.5, ms=7, animated=True)
        self.begin, = ax.plot([], [], "o", color=THEORY, ms=7, animated=True)
        self.begins = ax.annotate("start", (0, 0), (-8, 4), textcoords="offset points",
                                  ha="right", animated=True)
        self.end, = ax.plot([0], [0], "o", color=REPAIRED, ms=7, animated=True)
        self.ends = ax.text(0.5, 0.95, "", transform=ax.transAxes, ha="center", va="top",
                            animated=True)
        self.moving += [self.first, self.round, self.end, self.begin, self.begins, self.ends]

    def _draw_distance(self, ax: Axes) -> None:
        ax.set(yscale="log", xlim=(0, self.seen), ylim=(1e-9, 1e3), xlabel="steps taken",
               ylabel="distance to the lowest point\n(parameter units)")
        ax.set_yticks([1e-9, 1e-6, 1e-3, 1, 1e3])
        self.fast, = ax.plot([], [], color=REPAIRED, animated=True)
        self.ball, = ax.plot([], [], animated=True)
        words = ax.text(0.03, 0.05, "Nesterov", color=REPAIRED, transform=ax.transAxes,
                        animated=True)
        self.name = ax.text(0.97, 0.95, "heavy ball", transform=ax.transAxes, ha="right",
                            va="top", animated=True)
        self.moving += [self.fast, self.ball, words, self.name]

    def update(self, data: Kink) -> None:
        """Move both runs."""
        color = METHOD if data.period == 0 else FAILURE
        height = self.curve.value(torch.as_tensor(data.ball)).numpy()
        count = max(data.period, 1) if data.period >= 0 else 60
        late = slice(-count - 1, None)
        if data.period == -2:
            late = slice(0, 6)
        self.first.set_data(data.ball[:40], height[:40])
        self.round.set_data(data.ball[late], height[late])
        self.round.set_markersize(7 if data.period >= 0 else 3)
        self.round.set_linewidth(1.5 if data.period >= 0 else 0.5)
        self.begin.set_data([data.start], [height[0]])
        self.begins.xy = (data.start, height[0])
        self.ball.set_data(np.arange(self.seen + 1), _floor(data.ball[: self.seen + 1]))
        self.fast.set_data(np.arange(self.seen + 1), _floor(data.nesterov))
        self.ends.set_text(self.words(data.period))
        for artist in (self.round, self.ball, self.name, self.ends):
            artist.set_color(color)

    def words(self, period: int) -> str:
        """Name what the heavy ball does."""
        known = {0: "heavy ball arrives", -1: "heavy ball never settles",
                 -2: "heavy ball is thrown out"}
        return known.get(period, f"heavy ball visits these {period} for ever")

    def caption(self, data: Kink) -> str:
        """Say whether it arrives."""
        limit = 2 * (1 + data.momentum)
        where = f"the step is {data.step / limit:.2f} of the bowl's limit"
        if data.period == 0:
            return f"Arrives: {where}, and on this curve, from this start, that is enough."
        if data.period == -2:
            return f"Diverges: {where}."
        if data.period < 0:
            return f"Never settles, and stays near: {where}."
        return f"Circles through {data.period} places for ever, although {where}."


def _period(xs: np.ndarray, longest: int = 24) -> int:
    """Name the end of a run: 0 arrives, n circles through n places, -1 wanders, -2 diverges."""
    if not np.isfinite(xs).all() or abs(xs[-1]) > 1e3:
        return -2
    if abs(xs[-50:]).max() < 1e-6:
        return 0
    for n in range(1, longest + 1):
        if abs(xs[-100:] - xs[-100 - n:-n]).max() < 1e-6:
            return n
    return -1


def _floor(x: np.ndarray) -> np.ndarray:
    return np.clip(abs(x), 1e-12, 1e6)


RIMS = tuple(np.arange(0.2, 3.61, 0.2)[::-1])  # half heights of the rings, from the rim inwards


def _rims(ax: Axes, kappa: float, **options: Any) -> list[Ellipse]:
    """Draw rings of equal height: wide by the square root of kappa, from the rim inwards."""
    rims = []
    for size in RIMS:
        shade = BOWL[min(len(BOWL) - 1, max(0, int(len(BOWL) - size / 0.42)))]
        ring = Ellipse((0, 0), 2 * size * kappa**0.5, 2 * size, facecolor=shade,
                       edgecolor="white", lw=0.9, **options)
        rims.append(ax.add_patch(ring))
    return rims


def _bowl_tile(ax: Axes, kappa: float, xlim, ylim) -> None:
    ax.set(xlim=xlim, ylim=ylim, facecolor=BOWL[0])
    ax.spines[:].set_visible(False)
    _rims(ax, kappa)
    ax.plot(0, 0, "*", color=THEORY, ms=9, mec="white", mew=0.6, zorder=5)


def _leaving(path: np.ndarray, wide: float, high: float) -> int:
    """Return the first index outside the box, or the last index."""
    out = (abs(path[:, 0]) > wide) | (abs(path[:, 1]) > high) | ~np.isfinite(path).all(1)
    return int(out.argmax()) if out.any() else len(path) - 1


def _path(ax: Axes, path: np.ndarray, color: str) -> None:
    """Draw a path with its start; where it leaves the frame, the last stroke is an arrow."""
    high = ax.get_ylim()[1]
    last = _leaving(path, 3.2, high)
    inside = path if last == len(path) - 1 else path[:last]
    ax.plot(*inside.T, "o-", color=color, ms=4.5, mec="white", mew=0.6, lw=1.6)
    if len(inside) < len(path):
        tip, base = path[last], path[last - 1]
        share = (0.98 * high * np.sign(tip[1]) - base[1]) / (tip[1] - base[1])
        ax.annotate("", base + share * (tip - base), base,
                    arrowprops={"arrowstyle": "-|>", "color": color, "lw": 1.6,
                                "shrinkA": 0, "shrinkB": 0})
    ax.plot(*path[0], "o", color=THEORY, ms=8, zorder=5)


def _title(fig: Figure, words: str) -> None:
    fig.suptitle(words, x=0.008, ha="left", size=11.5)


PANELS = {"bowl": BowlPanel, "kink": KinkPanel}
