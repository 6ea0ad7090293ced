"""Pictures of chapter 01: a step that never stops shaking, and when to shorten it."""

from math import log, sqrt
from typing import NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradcourse.methods.multistage import (
    expected_gap,
    floor,
    stages,
    switch_informed,
)
from gradcourse.pictures.panel import Panel, Slider
from gradcourse.pictures.style import (
    BASELINE,
    BASELINE2,
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
from gradcourse.problems import cycle_laplacian

STYLES = {  # name -> colour, line, marker
    "stages": (METHOD, "-", "o"),
    "fixed, accelerated": (BASELINE, "-", "s"),
    "fixed, plain": (BASELINE2, "-", "D"),
    "plain, decaying": (EXTRA[0], (0, (6, 1.5)), "^"),
    "AC-SA": (EXTRA[1], (0, (3, 1.2)), "v"),
    "plain, tail average": (EXTRA[2], (0, (1.5, 1)), "P"),
}
BORDER = {"color": THEORY, "linestyle": (0, (4, 2.5)), "linewidth": 1}
QUIET = "#555555"
HEIGHT = "height above the minimum\n(objective units)"
USED = "noisy gradients used"


@picture
def opening(cloud, heights, switches) -> Figure:
    """Draw where two runs end up, and how high they stand on the way.

    Args:
        cloud: name -> late positions in two directions, shape (n, 2).
        heights: name -> height after 0, 1, ... gradients, shape (N + 1,).
        switches: counts at which the step is shortened.
    """
    fig = figure((9.0, 3.7))
    _title(fig, "A fixed step never stops shaking; shortened in stages, it settles")
    left, right = fig.subplots(1, 2)
    for name, points in cloud.items():
        left.plot(*np.asarray(points).T, ".", color=STYLES[name][0], ms=4, mew=0)
        right.plot(heights[name], color=STYLES[name][0], lw=1.3)
    left.plot(0, 0, "*", color=THEORY, ms=10, mec="white", mew=0.7)
    left.set(xlabel="one direction (parameter units)", ylabel="another (parameter units)")
    left.text(0.02, 0.98, f"the last {len(points)} positions", transform=left.transAxes, va="top",
              color=QUIET)
    right.set(xscale="log", yscale="log", xlabel=USED, ylabel=HEIGHT, ylim=(2e-3, 3e2))
    for n in switches:
        right.axvline(n, color=THEORY, lw=0.8, ls=":")
    right.text(switches[0] * 0.88, 60, "shorten here, here, …", ha="right", color=QUIET)
    right.text(600, 0.75, "fixed step", color=QUIET, ha="center", va="center",
               bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})
    right.text(100, 0.012, "in stages", color=METHOD, ha="right")
    return fig


@picture
def spread(runs, mean, sd) -> Figure:
    """Draw many noisy runs of one number, their mean and their spread.

    Args:
        runs: positions, shape (steps + 1, R).
        mean: expected position, shape (steps + 1,).
        sd: standard deviation around it, shape (steps + 1,).
    """
    fig = figure("one")
    ax = fig.subplots()
    ax.set_title("Bias is how far the middle still is, variance how wide the band")
    k, mean, sd = np.arange(len(mean)), np.asarray(mean), np.asarray(sd)
    ax.plot(k, runs, color=BASELINE, lw=0.8, alpha=DATA_ALPHA)
    ax.fill_between(k, mean - sd, mean + sd, color=EXTRA[1], alpha=0.25, lw=0)
    ax.plot(k, mean, color=FAILURE)
    ax.axhline(0, **BORDER)
    ax.annotate("mean: the bias", (4, mean[4]), (30, 12), textcoords="offset points",
                color=FAILURE, arrowprops={"arrowstyle": "-", "color": FAILURE})
    ax.annotate("one standard deviation: the variance", (0.72 * k[-1], sd[-1]), (0, 42),
                textcoords="offset points", ha="center", color="#A04E80",
                arrowprops={"arrowstyle": "-", "color": EXTRA[1]})
    ax.text(1, -0.06, "lowest point", va="top")
    ax.set(xlabel="steps taken", ylabel="position (parameter units)")
    return fig


@picture
def contraction(height, v, promised) -> Figure:
    """Draw a noiseless height that swings, and what shrinks at every step instead."""
    fig = figure("one")
    ax = fig.subplots()
    ax.set_title("The height swings; V shrinks at every single step")
    ax.semilogy(np.maximum(height, 1e-30), color=BASELINE, lw=1.3)
    ax.semilogy(v, color=METHOD)
    ax.semilogy(promised, **BORDER)
    last = len(v) - 1
    for y, name, color, dy in ((v[-1], "V", METHOD, 6), (v[-1], "height", BASELINE, -7),
                               (promised[-1], "promised", THEORY, 0)):
        end_label(ax, last, float(y), name, color, dy=dy)
    ax.set(xlim=(0, 1.16 * last), xlabel="steps taken", ylabel="height and V (objective units)")
    ax.set_xticks(np.linspace(0, last, 5).round())
    return fig


@picture
def theory(counts, heights, ends, at_ends, bounds, limit: float) -> Figure:
    """Draw the exact staircase, the theorem at the stage ends, and the exact limit.

    Args:
        counts: gradients used, shape (K,).
        heights: exact expected heights there, shape (K,).
        ends: gradients used when each stage ends, shape (S,).
        at_ends: exact expected heights there, shape (S,).
        bounds: the theorem's bounds there, shape (S,).
        limit: limit of height times gradients used at stage ends.
    """
    fig = figure((7.5, 4.0))
    ax = fig.subplots()
    ax.set_title("The theorem's slope is right, its constant sixteen times too careful")
    ends, at_ends, bounds = map(np.asarray, (ends, at_ends, bounds))
    ax.loglog(counts, heights, color=METHOD)
    ax.loglog(ends, at_ends, "o", color=METHOD, ms=6)
    ax.loglog(ends, bounds, "s", color=THEORY, ms=5, ls=(0, (4, 2.5)), lw=1)
    line = np.array([1.6 * ends[0], ends[-1]])
    ax.loglog(line, limit / line, **BORDER)
    at = -2
    ax.annotate("", (ends[at], at_ends[at] * 1.2), (ends[at], bounds[at] / 1.2),
                arrowprops={"arrowstyle": "<->", "color": THEORY, "shrinkA": 0, "shrinkB": 0})
    ax.text(ends[at] * 0.93, sqrt(at_ends[at] * bounds[at]) * 1.1,
            f"{bounds[at] / at_ends[at]:.0f} times", ha="right", va="bottom")
    ax.text(ends[2], 1.35 * bounds[2], "the theorem, when a stage ends")
    ax.text(24, 0.115, "measured exactly,\nwithout a simulation", color=METHOD, va="top")
    ax.text(ends[1] * 0.9, 0.008, "exact limit\n(log 8)/4 · σ²/(μ n)", va="top")
    ax.annotate("", (line[1] * 0.05, 1.1 * limit / (line[1] * 0.05)), (ends[2] * 0.75, 0.0075),
                arrowprops={"arrowstyle": "-", "lw": 0.7, "shrinkB": 0})
    ax.set(xlim=(20, 1.25 * ends[-1]), ylim=(4e-4, 20), xlabel=USED, ylabel="expected " + HEIGHT)
    return fig


@picture
def sweep(counts, curves, noises, means, shown: float) -> Figure:
    """Compare the methods over horizons at one noise, and over noises.

    Args:
        counts: horizons, shape (K,).
        curves: method -> expected height at the noise shown, shape (K,).
        noises: noise levels, rising from 0, shape (S,).
        means: method -> mean height over the horizons at each noise, shape (S,).
        shown: the noise of the left view.
    """
    fig = figure((9.0, 4.2))
    _title(fig, "One setting serves every noise; with noise, no last point does much better")
    left, right = fig.subplots(1, 2)
    for name, heights in curves.items():
        color, line, marker = STYLES[name]
        front = 3 if name == "stages" else 2
        left.loglog(counts, heights, color=color, ls=line, lw=2 if front == 3 else 1.5,
                    zorder=front)
        right.semilogy(range(len(noises)), np.maximum(means[name], 1e-16), color=color,
                       marker=marker, ms=5, ls=line, lw=2 if front == 3 else 1.3, zorder=front,
                       label=name)
    left.text(0.03, 0.03, f"noise {shown:g} per coordinate", transform=left.transAxes, color=QUIET)
    left.set_xticks([3000, 5000, 10_000], ["3000", "5000", "10,000"])
    left.set_xticks([], minor=True)
    left.set(xlabel=USED, ylabel="expected " + HEIGHT, xlim=(counts[0], counts[-1]))
    right.set_xticks(range(len(noises)), [f"{s:g}" for s in noises])
    right.set(ylim=(1e-16, 1), xlabel="noise per coordinate (gradient units)",
              ylabel="mean over these horizons\n(objective units)")
    right.legend(loc="lower right", handlelength=3.2)
    right.text(0.12, 1.6e-16, "below 1e-16", color=QUIET, va="bottom")
    return fig


@picture
def fair(counts, views) -> Figure:
    """Draw every run on real data, with steps from theory and with tuned ones.

    Args:
        counts: minibatches used, shape (K,).
        views: title -> method -> height of every run, shape (K, R).
    """
    fig = figure((9.0, 4.2))
    _title(fig, "Real minibatches: stages end far below a fixed step, an average just below them")
    for ax, (title, curves) in zip(fig.subplots(1, 2, sharey=True), views.items(), strict=True):
        for name, runs in curves.items():
            color, line, _ = STYLES[name]
            runs = np.asarray(runs)
            ax.loglog(counts, runs, color=color, lw=0.6, alpha=0.12)
            ax.loglog(counts, np.median(runs, axis=1), color=color, ls=line, label=name,
                      lw=2 if name == "stages" else 1.6, zorder=3)
        ax.set(xlabel="minibatches of 8 used", xlim=(counts[0], counts[-1]))
        ax.set_title(title, size=10, pad=4)
    first = fig.axes[0]
    first.set_ylabel("loss above its minimum (nats)")
    first.legend(loc="lower left", handlelength=3.2)
    return fig


@picture
def referee(counts, tiles) -> Figure:
    """Draw stages against a plain tail average, on one bowl per tile.

    Args:
        counts: gradients used, shape (K,).
        tiles: title -> (stages, average, best possible), each of shape (K,).
    """
    fig = figure((9.0, 3.8))
    _title(fig, "Optimal on the worst bowl; on a kinder one plain averaging wins tenfold")
    for ax, (title, (staged, averaged, best)) in zip(fig.subplots(1, 2, sharey=True),
                                                     tiles.items(), strict=True):
        ax.loglog(counts, averaged, color=EXTRA[2], ls=(0, (1.5, 1)), lw=2.4)
        ax.loglog(counts, staged, color=METHOD)
        ax.loglog(counts, best, **BORDER)
        ax.set(xlabel=USED, xlim=(counts[0], counts[-1]))
        ax.set_title(title, size=10, pad=4)
    left, right = fig.axes
    left.set_ylabel("expected " + HEIGHT)
    left.text(0.97, 0.8, "stages, last point", color=METHOD, transform=left.transAxes, ha="right")
    left.text(0.04, 0.2, "plain steps,\naverage of the\nsecond half", color="#2C7FAE",
              transform=left.transAxes)
    right.text(0.05, 0.1, "dashed: best possible\nin the long run", transform=right.transAxes)
    return fig


class Switch(NamedTuple):
    """What the switch panel shows; heights in objective units."""

    counts: np.ndarray  # gradients used, (K,)
    bias: np.ndarray  # of the stages, (K,)
    variance: np.ndarray  # of the stages, (K,)
    fixed: np.ndarray  # expected height of the fixed step, (K,)
    n1: int  # steps of the first stage
    crossing: int  # where the fixed step's bias meets its variance
    informed: int  # where theory would switch
    floor: float  # what the fixed step keeps


class SwitchPanel(Panel):
    """When should the step be shortened?"""

    sliders = (Slider("switch", "switch after", 0.25, 512.0, 0.5, 0.05, log=True, unit="√κ"),
               Slider("noise", "noise", 1e-4, 1.0, 1e-3, 0.05, log=True),
               Slider("stretch", "stretch κ", 11.0, 1001.0, 401.0, 0.02, log=True))
    strip = ({}, {"switch": 6.0}, {"switch": 400.0})
    alt = ("Expected height of the stages on log axes, split into bias and variance, beside the "
           "fixed step and its floor. Switched after half √κ the stages fall behind; after six "
           "√κ they leave the floor in time; after 400 √κ nearly all gradients shake at the floor.")
    budget, d = 10_000, 100
    start_point = torch.randn(d, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def compute(self, *, switch: float, noise: float, stretch: float) -> Switch:
        """Compute exact expectations for 10,000 gradients."""
        h, x0 = cycle_laplacian(self.d, stretch), self.start_point
        mu, L = float(h[0]), float(h[-1])
        n1 = min(self.budget, max(1, round(switch * sqrt(L / mu))))
        plan = stages(L, mu, n1, self.budget)
        counts = _counts(plan, self.budget)
        bias, variance = expected_gap(h, x0, noise, plan, mu, counts=counts)
        early = np.arange(1, 2000)
        fixed = [(1 / L, self.budget)]
        b, v = expected_gap(h, x0, noise, fixed, mu, counts=early)
        crossing = int(early[int((b <= v).to(torch.int8).argmax())])
        informed = switch_informed(L, mu, gap=float((h * x0**2).sum() / 2),
                                   variance=self.d * noise**2)
        at_all = sum(expected_gap(h, x0, noise, fixed, mu, counts=counts))
        return Switch(counts, bias.numpy(), variance.numpy(), at_all.numpy(), n1, crossing,
                      informed, float(floor(h, 1 / L, mu, noise)))

    def draw(self) -> Figure:
        """Draw axes and labels; make the curves that move."""
        fig = figure((9.0, 4.2))
        ax = fig.subplots()
        _log_axes(ax, (1, 4 * self.budget), (1e-11, 1e4))
        self.floor, = ax.plot([1, self.budget], [1, 1], animated=True, **BORDER)
        self.late, = ax.plot([1, 1], [1e-11, 1e4], animated=True, **BORDER)
        self.fixed, = ax.plot([], [], color=BASELINE, lw=1.3, animated=True)
        self.bias, = ax.plot([], [], color=FAILURE, lw=1.2, animated=True)
        self.variance, = ax.plot([], [], color=EXTRA[1], lw=1.2, ls=(0, (3, 1.2)), animated=True)
        self.all, = ax.plot([], [], color=METHOD, lw=2.6, animated=True)
        self.mark, = ax.plot([], [], "o", color=METHOD, ms=9, mec="white", animated=True)
        words = ((self.all, "stages", METHOD), (self.fixed, "fixed step", QUIET))
        self.names = [_moving_label(ax, name, color) for _, name, color in words]
        self.notes = [ax.text(1.15, 1, "floor", va="bottom", animated=True),
                      ax.text(1, 2e3, "theory: switch here", animated=True),
                      ax.text(1, 1, "switched here", color=METHOD, va="bottom", animated=True,
                              bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})]
        key = [ax.text(0.02, y, text, color=color, transform=ax.transAxes, animated=True)
               for y, text, color in ((0.05, "bias: still to go (thin)", FAILURE),
                                      (0.12, "variance: shaking (broken)", "#A04E80"))]
        self.moving = [self.floor, self.late, self.fixed, self.bias, self.variance, self.all,
                       self.mark, *self.names, *self.notes, *key]
        return fig

    def update(self, data: Switch) -> None:
        """Move the curves, the floor and the marks."""
        height = data.bias + data.variance
        for line, y in ((self.all, height), (self.bias, data.bias),
                        (self.variance, data.variance), (self.fixed, data.fixed)):
            line.set_data(data.counts, np.maximum(y, 1e-30))
        self.floor.set_ydata([data.floor] * 2)
        self.late.set_xdata([data.informed] * 2)
        at = height[np.searchsorted(data.counts, data.n1)]
        self.mark.set_data([data.n1], [at])
        apart = max(1.0, sqrt(6 * height[-1] / data.fixed[-1]))  # keeps two names apart
        ends = (height[-1] / apart, data.fixed[-1] * apart)
        for name, y in zip(self.names, ends, strict=True):
            name.xy = (self.budget, y)
        word, theory_word, here = self.notes
        word.set_position((1.15, data.floor * 1.1))
        theory_word.set_position((data.informed * 1.07, 2e3))
        right = data.n1 > 1000
        here.set_position((data.n1 * (0.8 if right else 1.1), at * 3))
        here.set_ha("right" if right else "left")

    def caption(self, data: Switch) -> str:
        """Say whether the switch came early, in time or late, and what it gave."""
        end = data.bias[-1] + data.variance[-1]
        gain = f"After {self.budget:,} gradients: {data.fixed[-1] / end:.2g} times below the floor."
        if data.n1 < data.crossing:
            return (f"Switched after {data.n1}, too early: bias and variance of the fixed step "
                    f"meet only at {data.crossing}. {gain}")
        if data.n1 <= 8 * data.crossing:
            return (f"Switched after {data.n1}, in time: bias and variance of the fixed step meet "
                    f"at {data.crossing}. {gain}")
        return (f"Switched after {data.n1}, late: bias and variance met at {data.crossing}, and "
                f"since then the gradients bought nothing. {gain}")


class Slip(NamedTuple):
    """What the failure laboratory shows; heights over the fixed step's floor."""

    counts: np.ndarray  # gradients used, (K,)
    height: np.ndarray  # expected height as set, (K,)
    proved_counts: np.ndarray  # (J,)
    proved: np.ndarray  # expected height with the proved lengths and restarts, (J,)
    limit: np.ndarray  # the exact limit at the counts, (K,)
    unit: int  # stage s has 2^s times this many steps
    restarts: bool
    jump: float  # largest rise within 40 gradients after the first switch, as a factor
    shrunk: float  # first step over last step


class SlipPanel(Panel):
    """Stages of any length, with or without restart."""

    sliders = (Slider("unit", "length unit c", 1, 80, 1, 1),
               Slider("restart", "restart (1 yes, 0 no)", 0, 1, 1, 1),
               Slider("noise", "noise", 1e-3, 1.0, 0.1, 0.05, log=True))
    strip = ({}, {"unit": 12}, {"restart": 0})
    alt = ("Expected height of stages with 2^s times c steps, beside the proved c = 42. With "
           "c = 1 it freezes high above; with c = 12 it ends below the proved one; without the "
           "restart it jumps up at each switch.")
    budget, n1 = 10_000, 121
    curvatures = cycle_laplacian(100, 401.0)

    def compute(self, *, unit: int, restart: int, noise: float) -> Slip:
        """Compute exact expectations for 10,000 gradients."""
        h, x0 = self.curvatures, SwitchPanel.start_point
        mu, L = float(h[0]), float(h[-1])
        plan = stages(L, mu, self.n1, self.budget, unit=unit)
        proved = stages(L, mu, self.n1, self.budget)
        counts, others = _counts(plan, self.budget), _counts(proved, self.budget)
        height = sum(expected_gap(h, x0, noise, plan, mu, counts=counts, restarts=restart == 1))
        known = sum(expected_gap(h, x0, noise, proved, mu, counts=others))
        after = range(self.n1, self.n1 + 41)
        near = sum(expected_gap(h, x0, noise, plan, mu, counts=after, restarts=restart == 1))
        one = float(floor(h, 1 / L, mu, noise))
        limit = log(8) / 4 * len(h) * noise**2 / (mu * counts)
        return Slip(counts, height.numpy() / one, others, known.numpy() / one, limit / one,
                    unit, restart == 1, float(near.max() / near[0]),
                    plan[0][0] / plan[-1][0])

    def draw(self) -> Figure:
        """Draw axes and labels; make the curves that move."""
        fig = figure((9.0, 3.9))
        ax = fig.subplots()
        _log_axes(ax, (20, 3.6 * self.budget), (5e-3, 50))
        ax.set_ylabel("expected height above the minimum\nover the fixed step's floor (ratio)")
        self.limit, = ax.plot([], [], animated=True, **BORDER)
        self.proved, = ax.plot([], [], color=BASELINE, lw=1.3, animated=True)
        self.line, = ax.plot([], [], lw=2.4, animated=True)
        self.names = [_moving_label(ax, "", BASELINE), _moving_label(ax, "", QUIET)]
        word = ax.text(0.02, 0.05, "dashed: falls like 1/n", transform=ax.transAxes, animated=True)
        self.moving = [self.limit, self.proved, self.line, *self.names, word]
        return fig

    def update(self, data: Slip) -> None:
        """Move the curves and their names."""
        ratio = data.height[-1] / data.proved[-1]
        color = METHOD if 0.95 < ratio < 1.05 else FAILURE if ratio > 1 else REPAIRED
        self.line.set_data(data.counts, data.height)
        self.line.set_color(color)
        self.proved.set_data(data.proved_counts, data.proved)
        self.limit.set_data(data.counts, data.limit)
        mine, known = self.names
        mine.set(text=f"c = {data.unit}", color=color)
        known.set_text("c = 42, proved")
        up = 1 if ratio >= 1 else -1
        apart = max(1.0, sqrt(3 / max(ratio, 1 / ratio))) ** up
        mine.xy = (self.budget, np.clip(data.height[-1] * apart, 7e-3, 36))
        known.xy = (self.budget, data.proved[-1] / apart)

    def caption(self, data: Slip) -> str:
        """Say how far it got, and what it did to the step."""
        ratio = data.height[-1] / data.proved[-1]
        text = (f"2^s × {data.unit} steps in stage s: ends at {ratio:.2g} times the height of the "
                f"proved 42; the step shrank {data.shrunk:,.0f}-fold.")
        if not data.restarts:
            text += f" Without the restart the height jumps {data.jump:.2g}-fold at the switch."
        return text


def _counts(plan, budget: int) -> np.ndarray:
    """Choose counts to draw: even on a log axis, denser after each switch."""
    marks, used = set(np.geomspace(1, budget, 120).astype(int)), 0
    for _, steps in plan[:12]:
        used += steps
        marks |= {min(budget, used + k) for k in (-1, 0, 1, 4, 10, 20, 40, 80) if used + k > 0}
    return np.array(sorted(marks))


def _log_axes(ax: Axes, wide, high) -> None:
    ax.set(xscale="log", yscale="log", xlim=wide, ylim=high, xlabel=USED,
           ylabel="expected " + HEIGHT)
    ax.set_xticks([n for n in (1, 10, 100, 1000, 10_000) if n >= wide[0]])


def _moving_label(ax: Axes, text: str, color: str):
    return end_label(ax, 1, 1, text, color, animated=True)


def _title(fig: Figure, words: str) -> None:
    fig.suptitle(words, x=0.008, ha="left", size=11.5)


PANELS = {"switch": SwitchPanel, "slip": SlipPanel}
