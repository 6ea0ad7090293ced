"""Pictures of chapter 03: two players, one payoff, and how fast the second should move."""

from typing import NamedTuple

import numpy as np
import torch
from matplotlib.figure import Figure

from gradcourse.methods.games import (
    MeanFieldGame,
    QuadraticGame,
    largest_ratio,
    play,
    simultaneous_gda,
    wavy_payoff,
)
from gradcourse.pictures.panel import Panel, Slider
from gradcourse.pictures.style import (
    BASELINE,
    EXTRA,
    FAILURE,
    METHOD,
    REPAIRED,
    THEORY,
    end_label,
    figure,
    picture,
)

STYLES = {  # step -> colour, line, marker
    "simultaneous": (METHOD, "-", "o"),
    "alternating": (REPAIRED, (0, (6, 1.5)), "s"),
    "extragradient": (EXTRA[1], (0, (3, 1.2)), "v"),
    "optimistic": (EXTRA[0], (0, (1.5, 1)), "^"),
}
SPEEDS = ((EXTRA[0], (0, (6, 1.5))), (METHOD, "-"), (EXTRA[1], (0, (3, 1.2))))  # slow, right, fast
BORDER = {"color": THEORY, "linestyle": (0, (4, 2.5)), "linewidth": 1}
QUIET, TINT = "#555555", "#FBEDE4"
TIME, RATIO = "time (x's clock)", "ratio η = speed of y / speed of x"


@picture
def opening(orbits, times, words) -> Figure:
    """Draw three orbits of one game, and the distance to rest in x's time.

    Args:
        orbits: name -> (x, y) at the times, shape (T,) each.
        times: (T,), evenly spaced.
        words: three words for the curves, in the order of the orbits.
    """
    fig = figure((9.0, 3.9))
    _title(fig, "A rival that is too slow makes you circle, one that is too fast makes you crawl")
    left, right = fig.subplots(1, 2)
    every = max(1, round(0.5 / (times[1] - times[0])))
    left.plot([-0.62, 1.15], [-0.62, 1.15], color=BASELINE, lw=0.9)
    left.text(-0.6, -0.46, "y's best answer", color=QUIET, rotation=38, size=9)
    for (name, (x, y)), (color, line) in zip(orbits.items(), SPEEDS, strict=True):
        left.plot(x, y, color=color, lw=1.8, ls="-")
        left.plot(x[::every], y[::every], "o", color=color, ms=4, label=name)
        right.semilogy(times, np.hypot(x, y), color=color, ls=line)
    for (x, y, text, ha), (color, _) in zip(
            ((-0.62, 0.42, words[0], "left"), (0.17, 0.74, words[1], "center"),
             (0.93, 1.0, words[2], "right")), SPEEDS, strict=True):
        left.text(x, y, text, color=color, ha=ha, va="bottom", size=9.5)
    left.plot(1, 0, "s", color=THEORY, ms=6)
    left.plot(0, 0, "*", color=THEORY, ms=12, mec="white", mew=0.7)
    left.text(1, -0.06, "start", ha="center", va="top")
    left.text(0.12, -0.1, "rest", va="top")
    left.set(xlim=(-0.65, 1.2), ylim=(-0.5, 1.2), xlabel="x, the minimiser (parameter units)",
             ylabel="y, the maximiser (parameter units)")
    left.text(0.02, 0.98, "dots: every half unit of time", transform=left.transAxes, va="top",
              color=QUIET, size=9)
    right.set(ylim=(1e-6, 2), xlim=(0, times[-1]), xlabel=TIME,
              ylabel="distance to rest (parameter units)")
    names = list(orbits)
    for name, (x, y), (color, _) in zip(names, ((17, 0.2), (0.4, 6e-6), (12.6, 2.5e-5)), SPEEDS,
                                        strict=True):
        right.text(x, y, name, color=color)
    return fig


@picture
def eigenvalues(etas, spectra, marks) -> Figure:
    """Draw the two eigenvalues of the toy as the ratio grows, and the rate they give.

    Args:
        etas: rising, shape (K,).
        spectra: eigenvalues, complex, shape (K, 2).
        marks: ratios to point at.
    """
    fig = figure((9.0, 3.7))
    _title(fig, "Two eigenvalues meet; where they meet the decay is fastest")
    left, right = fig.subplots(1, 2)
    etas, spectra = np.asarray(etas), np.asarray(spectra)
    rate = spectra.real.min(1)
    for part in (spectra.real.max(1), rate):
        shade = METHOD if part is rate else BASELINE
        for sign in (1, -1):
            left.plot(part, sign * np.abs(spectra.imag[:, 0]), ".", ms=3, color=shade)
    right.semilogx(etas, rate, color=METHOD)
    for eta in marks:
        i = int(np.abs(np.log(etas / eta)).argmin())
        left.plot(rate[i], np.abs(spectra[i, 0].imag), "o", color=METHOD, ms=8, mec="white")
        place = (7, 8) if eta == marks[1] else (-12, 8) if eta < marks[1] else (-12, -16)
        left.annotate(f"η = {eta:g}", (rate[i], np.abs(spectra[i, 0].imag)), place,
                      textcoords="offset points", color=METHOD)
        right.plot(etas[i], rate[i], "o", color=METHOD, ms=8, mec="white")
    right.axhline(1, **BORDER)
    right.text(etas[0], 1.05, "an infinitely fast y", va="bottom")
    left.text(0.97, 0.04, "blue: the slower one, which decides", transform=left.transAxes,
              ha="right", color=METHOD, size=9)
    left.set(xlim=(0, 5), ylim=(-2, 2), xlabel="real part: decay (1 / time)",
             ylabel="imaginary part: turning (1 / time)")
    right.set(ylim=(0, 2.3), xlabel=RATIO, ylabel="rate (1 / time)")
    return fig


@picture
def theory(etas, exact, proved, limits, dots, crowds) -> Figure:
    """Draw predicted rates with runs on them: points on the left, crowds on the right.

    Args:
        etas: (K,).
        exact: rate at each, (K,).
        proved: certified rate at each, (K,).
        limits: slow limit over eta, and fast limit.
        dots: (ratios, measured rates).
        crowds: eta -> (times, distance, (time, height) where a line of the rate begins, rate).
    """
    fig = figure((9.0, 4.2))
    _title(fig, "Runs decay at the predicted rate, for points and for whole crowds")
    left, right = fig.subplots(1, 2)
    etas = np.asarray(etas)
    left.loglog(etas, limits[0] * etas, color=THEORY, lw=1, ls=":")
    left.axhline(limits[1], color=THEORY, lw=1, ls=":")
    left.loglog(etas, proved, color=BASELINE)
    left.loglog(etas, exact, **BORDER | {"linewidth": 1.6})
    left.loglog(*dots, "o", color=METHOD, ms=7)
    left.text(1.2, 0.038, "theory (dashed), runs (dots)", color=METHOD, ha="center", va="bottom")
    left.text(2.2, 0.0175, "dotted: both limits", va="top", size=9)
    left.text(0.9, 2.4e-3, "what the energy\nproves", color=QUIET)
    left.set(ylim=(2.5e-4, 0.07), xlabel=RATIO, ylabel="decay rate (1 / x's time)")
    left.set_title("ten numbers each", size=10, pad=4)
    for (eta, (times, far, (t0, w0), rate)), (color, line) in zip(crowds.items(), SPEEDS,
                                                                  strict=True):
        right.semilogy(times, far, color=color, ls=line, lw=1.8, label=f"η = {eta:g}")
        t = np.array([t0, times[-1]])
        right.semilogy(t, w0 * np.exp(-rate * (t - t0)), **BORDER)
    right.set(ylim=(1e-4, 4), xlim=(0, 160), xlabel=TIME,
              ylabel="distance of both crowds\nto equilibrium (W1, radians)")
    right.set_title("two crowds on a circle, τ = 0.3", size=10, pad=4)
    right.legend(loc="lower right", handlelength=3.2)
    return fig


@picture
def failure(steps, grown, promised, others, h) -> Figure:
    """Draw the game without friction: four ratios that diverge, three steps that do not.

    Args:
        steps: 0, 1, ..., shape (K,).
        grown: eta -> energy distance over its start, simultaneous steps, (K,).
        promised: eta -> the exact law, (K,).
        others: name -> the same for the other steps, (K,).
        h: x's step.
    """
    fig = figure((7.4, 4.0))
    ax = fig.subplots()
    ax.set_title("Without friction no ratio saves the simultaneous step; looking ahead does")
    for eta, far in grown.items():
        ax.semilogy(steps, far, color=FAILURE, lw=4, alpha=0.5, solid_capstyle="butt")
        ax.semilogy(steps, promised[eta], **BORDER | {"linewidth": 1.4})
        seen = np.nonzero(np.asarray(far) < 1e7)[0][-1]
        end_label(ax, steps[seen], min(float(far[seen]), 6e6), f"η = {eta:g}", FAILURE)
    for name, far in others.items():
        color, line, _ = STYLES[name]
        ax.semilogy(steps, far, color=color, ls=line, lw=2.2)
    ax.text(150, 0.55, "alternating: hides it", color=REPAIRED, va="top", ha="center")
    ax.text(52, 0.1, "extragradient and\noptimistic: cure it", color="#A04E80", va="top",
            ha="center")
    ax.text(76, 4e5, f"simultaneous, h = {h:g}\n" + "dashed: (1 + h²η)$^{k/2}$", va="top")
    ax.set(xlim=(0, steps[-1] * 1.13), ylim=(5e-3, 1e7), xlabel="steps k",
           ylabel="distance to rest / at the start")
    return fig


@picture
def fair(etas, needed, budget, counts, runs, target) -> Figure:
    """Draw what each step needs at each ratio, and its best setting on fresh seeds.

    Args:
        etas: (K,).
        needed: name -> gradients to the target with the best h, inf where never, (K,).
        budget: gradients allowed.
        counts: gradients used, (N,).
        runs: name -> error of every fresh run, (N, R).
        target: the error to reach.
    """
    fig = figure((9.0, 4.3))
    _title(fig, "Iris: the simultaneous step needs a fast critic, the others learn at any ratio")
    left, right = fig.subplots(1, 2)
    left.axhspan(budget, 3.2 * budget, color=TINT, lw=0)
    left.text(0.03, 0.955, f"not within {budget:,}", transform=left.transAxes, color=FAILURE,
              va="center", size=9)
    for name, counts_needed in needed.items():
        color, line, marker = STYLES[name]
        y = np.asarray(counts_needed, float)
        left.loglog(etas, np.where(np.isfinite(y), y, np.nan), color=color, ls=line, marker=marker,
                    ms=6, label=name)
        lost = ~np.isfinite(y)
        if lost.any():
            left.plot(np.asarray(etas)[lost], np.full(lost.sum(), 1.5 * budget), marker,
                      color=color, ms=6)
        errors = np.asarray(runs[name])
        right.semilogy(counts, errors, color=color, lw=0.6, alpha=0.2)
        right.semilogy(counts, np.median(errors, 1), color=color, ls=line, lw=2.2, zorder=3)
    left.set(ylim=(9, 3.2 * budget), xlabel=RATIO,
             ylabel="gradients per player to the target\n(best h of 11)")
    left.legend(loc="lower left", handlelength=3.2, fontsize=8.5)
    left.set_title("tuning, 5 seeds", size=10, pad=4)
    right.axhline(target, **BORDER)
    right.text(counts[-1], target * 1.12, "target", ha="right", va="bottom")
    right.set(ylim=(2e-4, 10), xlim=(0, counts[-1]), xlabel="gradients per player",
              ylabel="error of the generator's moments")
    right.set_title("best setting, fresh seeds", size=10, pad=4)
    return fig


@picture
def referee(curves) -> Figure:
    """Draw the same game with y in three units.

    Args:
        curves: three (label, etas, iterations) in the order large, given, small units.
    """
    fig = figure((7.4, 4.0))
    ax = fig.subplots()
    ax.set_title("Measure y in other units and the best ratio moves: “1” is not special")
    for (label, etas, count), (color, line) in zip(
            curves, (SPEEDS[2], SPEEDS[1], SPEEDS[0]), strict=True):
        etas, count = np.asarray(etas), np.asarray(count)
        i = int(count.argmin())
        ax.loglog(etas, count, color=color, ls=line)
        ax.plot(etas[i], count[i], "o", color=color, ms=8)
        ax.text(etas[i], count[i] * 0.84, f"best η = {etas[i]:.2g}", color=color, ha="center",
                va="top", bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
        ax.text(etas[i], count[i] * 5, label, color=color, ha="center")
    ax.axvline(1, **BORDER)
    ax.text(1.2, 260, "“η ≈ 1”")
    ax.set(ylim=(220, 8e4), xlabel="ratio η, each player in its own units",
           ylabel="steps to shrink the error a millionfold\n(best h for each)")
    return fig


@picture
def meeting(times, circle, wells) -> Figure:
    """Draw how far two noisy copies stay apart, on a circle and in two wells.

    Args:
        times: (T,).
        circle: coupling -> mean distance, (T,).
        wells: the same in a double well on the line.
    """
    fig = figure((9.0, 3.6))
    _title(fig, "On a circle only reflected noise lets copies meet; on a line the same noise does")
    styles = {"same noise": (FAILURE, "-"), "reflected noise": (METHOD, "-"),
              "own noise each": (BASELINE, (0, (3, 1.2)))}
    for ax, title, curves in zip(fig.subplots(1, 2), ("free on a circle", "two wells on a line"),
                                 (circle, wells), strict=True):
        for name, far in curves.items():
            ax.plot(times, far, color=styles[name][0], ls=styles[name][1], label=name)
        ax.set(xlim=(0, times[-1]), ylim=(0, None), xlabel="time",
               ylabel="mean distance of two copies")
        ax.set_title(title, size=10, pad=4)
    fig.axes[1].legend(loc="upper right")
    return fig


@picture
def gan(etas, scores, floor) -> Figure:
    """Draw how good a small GAN ends, against the ratio, for two steps.

    Args:
        etas: (K,).
        scores: name -> (low, median, high) of the final distance, each (K,).
        floor: the distance of two true samples.
    """
    fig = figure((6.6, 3.8))
    ax = fig.subplots()
    ax.set_title("A slow critic makes a poor GAN; a ratio of 3 is fast enough")
    ax.axhspan(1, 1.7, color=TINT, lw=0)
    ax.text(0.03, 0.92, "thrown out", transform=ax.transAxes, color=FAILURE, va="center")
    for name, (low, mid, high) in scores.items():
        color, line, marker = STYLES[name]
        ax.fill_between(etas, low, np.minimum(high, 1.3), color=color, alpha=0.15, lw=0)
        ax.plot(etas, np.minimum(mid, 1.3), color=color, ls=line, marker=marker, label=name)
    ax.axhline(floor, **BORDER)
    ax.text(etas[0], floor * 1.06, "two true samples", va="bottom")
    ax.set(xscale="log", yscale="log", ylim=(0.05, 1.7), xlabel=RATIO,
           ylabel="distance of made to true points\n(sliced W1, data units)")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 0.86), handlelength=3.2)
    return fig


class Ratio(NamedTuple):
    """What the ratio panel shows."""

    x: np.ndarray  # orbit, (K,)
    y: np.ndarray  # (K,)
    etas: np.ndarray  # (J,)
    decay: np.ndarray  # -ln factor per step, theory, (J,)
    eta: float
    r: float
    measured: float  # the same, off the orbit
    predicted: float  # -ln factor at eta
    limit: float  # border of eta, 0 if none settles


class RatioPanel(Panel):
    """Which ratio is fastest, and where does the step break?"""

    sliders = (Slider("eta", "ratio η", 0.05, 12.0, 1.0, 0.02, log=True),
               Slider("h", "step h", 0.05, 0.6, 0.25, 0.05),
               Slider("r", "friction r", 0.0, 2.0, 1.0, 0.1))
    strip = ({}, {"eta": 4.0}, {"eta": 9.5})
    alt = ("Left, the orbit of simultaneous steps; right, the decay per step against the ratio, "
           "this run as a dot on it. At ratio 1 the run spirals in, at 4 it goes home at once, at "
           "9.5 it is past the cliff and grows.")
    grid = np.geomspace(0.05, 12, 240)

    def compute(self, *, eta: float, h: float, r: float) -> Ratio:
        """Play 120 steps and ask the eigenvalues."""
        game = QuadraticGame.scalar(1.0, r)
        one = torch.ones(1, dtype=torch.float64)
        x, y = (part.squeeze(-1).numpy() for part in play(
            simultaneous_gda, game.grad, one, 0 * one, 120, h=h, eta=eta)[:2])
        far = np.log(np.hypot(x, y / eta**0.5) + 1e-300)
        good = far > -60
        last = int(np.nonzero(good)[0][-1])
        first = last // 3
        fit = np.polyfit(np.arange(first, last + 1), far[first:last + 1], 1)[0] if last > 3 else 0
        decay = -np.log(game.factor(h, torch.tensor(self.grid)).numpy())
        predicted = -float(game.factor(h, eta).log())
        return Ratio(x, y, self.grid, decay, eta, r, -fit, predicted, largest_ratio(1.0, r, h))

    def draw(self) -> Figure:
        """Draw axes and labels; make what moves."""
        fig = figure((9.0, 4.0))
        left, right = fig.subplots(1, 2)
        left.set(xlim=(-1.3, 1.3), ylim=(-2.6, 2.6), xlabel="x (parameter units)",
                 ylabel="y (parameter units)")
        left.plot(1, 0, "s", color=THEORY, ms=7)
        left.plot(0, 0, "*", color=THEORY, ms=13, mec="white", mew=0.7)
        self.answer, = left.plot([], [], color=BASELINE, lw=0.9, animated=True)
        self.orbit, = left.plot([], [], "-o", ms=4, lw=1.2, animated=True)
        self.word = left.text(0.03, 0.04, "grey: y's best answer", color=QUIET,
                              transform=left.transAxes, animated=True)
        right.axhspan(-0.4, 0, color=TINT, lw=0)
        right.axhline(0, color=THEORY, lw=0.8)
        right.text(0.06, -0.2, "distance grows", color=FAILURE)
        right.set(xscale="log", xlim=(0.045, 13), ylim=(-0.4, 1.0), xlabel=RATIO,
                  ylabel="decay per step, −ln(factor)")
        self.curve, = right.plot([], [], animated=True, **BORDER | {"linewidth": 1.6})
        self.cliff, = right.plot([], [], color=FAILURE, lw=1, ls=":", animated=True)
        self.dot, = right.plot([], [], "o", ms=11, mec="white", animated=True)
        self.name = right.annotate("this run", (1, 0), (-10, 12), textcoords="offset points",
                                   ha="right", animated=True)
        self.moving = [self.answer, self.orbit, self.word, self.curve, self.cliff, self.dot,
                       self.name]
        return fig

    def update(self, data: Ratio) -> None:
        """Move the orbit, the curve and the dot."""
        color = METHOD if data.predicted > 0 else FAILURE
        shown = slice(None) if data.predicted > 0 else slice(0, 26)
        self.orbit.set_data(data.x[shown], data.y[shown])
        self.orbit.set_color(color)
        self.answer.set_data([-2, 2] if data.r else [0, 0],
                             [-2 / data.r, 2 / data.r] if data.r else [-3, 3])
        self.curve.set_data(data.etas, data.decay)
        self.cliff.set_data([data.limit] * 2 if 0 < data.limit < 12 else [], [-0.4, 1]
                            if 0 < data.limit < 12 else [])
        self.dot.set_data([data.eta], [np.clip(data.measured, -0.38, 0.98)])
        self.dot.set_color(color)
        self.name.xy = (data.eta, np.clip(data.measured, -0.3, 0.85))
        self.name.set(color=color, ha="left" if data.eta < 0.3 else "right")
        up = 12 if data.measured > 0.1 else -16 if data.predicted <= 0 else 22
        self.name.set_position((10 if data.eta < 0.3 else -10, up))

    def caption(self, data: Ratio) -> str:
        """Say which side of the hump this is, and where the cliff lies."""
        seen = f"measured {data.measured:.3f} a step, theory {data.predicted:.3f}"
        if data.limit == 0:
            return f"Friction r is not above the step h: every ratio diverges; {seen}."
        cliff = f"the cliff is at {data.limit:.3g}"
        if data.eta >= data.limit:
            return f"η = {data.eta:.3g} is past it ({cliff}): the distance grows; {seen}."
        best = 4 / data.r**2
        side = ("at the hump: it goes home" if abs(np.log(data.eta / best)) < 0.05
                else "left of the hump: it circles" if data.eta < best
                else "right of the hump: it crawls along y's best answer")
        return f"η = {data.eta:.3g}, {side}; {seen}; {cliff}."


class Cross(NamedTuple):
    """What the cross-term panel shows."""

    x: np.ndarray  # orbit of the flow, (T,)
    y: np.ndarray
    ring: np.ndarray  # level of the energy through the start, (2, K)
    shares: np.ndarray  # eps over its border, (J,)
    proved: np.ndarray  # rate proved by each, (J,)
    share: float
    here: float  # rate proved by this eps
    rate: float  # the exact rate
    eta: float


class CrossPanel(Panel):
    """How much cross term does the energy need?"""

    sliders = (Slider("share", "ε over its border", 0.0, 0.95, 0.0, 0.05),
               Slider("eta", "ratio η", 0.1, 20.0, 1.0, 0.05, log=True))
    strip = ({}, {"share": 0.4}, {"share": 0.9})
    alt = ("Left, the orbit of the flow and one level of the energy, an ellipse that tilts as the "
           "cross term grows. Right, the rate that the energy proves against the cross term: zero "
           "without it, a peak at a moderate one, below zero when it is too large.")
    angles = np.linspace(0, 2 * np.pi, 181)

    def compute(self, *, share: float, eta: float) -> Cross:
        """Follow the toy's flow and ask what each cross term proves."""
        game = QuadraticGame.scalar(1.0, 1.0)
        one = torch.ones(1, dtype=torch.float64)
        times = torch.linspace(0, 12, 121, dtype=torch.float64)
        x, y = (part[:, 0].numpy() for part in game.flow(one, 0 * one, times, eta))
        border = float(game.largest_eps(eta))
        shares = np.linspace(0, 0.96, 97)
        proved = game.certified(eta, torch.tensor(shares) * border).numpy()
        here = float(game.certified(eta, share * border))
        H = np.array([[1, -share * border], [-share * border, 1 / eta]])
        ring = np.linalg.solve(np.linalg.cholesky(H).T, [np.cos(self.angles), np.sin(self.angles)])
        return Cross(x, y, ring, shares, proved, share, here, float(game.rate(eta)), eta)

    def draw(self) -> Figure:
        """Draw axes and labels; make what moves."""
        fig = figure((9.0, 3.8))
        left, right = fig.subplots(1, 2)
        left.set(xlim=(-2.4, 2.4), ylim=(-3.2, 3.2), xlabel="x (parameter units)",
                 ylabel="y (parameter units)")
        left.plot(0, 0, "*", color=THEORY, ms=12, mec="white")
        left.plot(1, 0, "s", color=THEORY, ms=6)
        self.orbit, = left.plot([], [], color=METHOD, animated=True)
        self.ring, = left.plot([], [], animated=True, **BORDER)
        self.word = left.text(0.03, 0.04, "dashed: equal energy", transform=left.transAxes,
                              animated=True)
        right.axhspan(-1, 0, color=TINT, lw=0)
        right.text(0.02, -0.14, "proves nothing", color=FAILURE, va="top")
        right.set(xlim=(-0.03, 1), ylim=(-0.6, 1.3), xlabel="ε over its border (ratio)",
                  ylabel="rate / the exact rate")
        right.axhline(1, **BORDER)
        right.text(0.99, 1.03, "exact rate", ha="right", va="bottom")
        self.curve, = right.plot([], [], color=BASELINE, animated=True)
        self.dot, = right.plot([], [], "o", color=METHOD, ms=11, mec="white", animated=True)
        self.moving = [self.orbit, self.ring, self.word, self.curve, self.dot]
        return fig

    def update(self, data: Cross) -> None:
        """Move orbit, ellipse, curve and dot."""
        self.orbit.set_data(data.x, data.y)
        self.ring.set_data(*data.ring)
        self.curve.set_data(data.shares, np.maximum(data.proved / data.rate, -2))
        self.dot.set_data([data.share], [np.clip(data.here / data.rate, -0.55, 1.25)])

    def caption(self, data: Cross) -> str:
        """Say what this energy proves."""
        if data.share == 0:
            return ("No cross term: where y = 0 the energy stands still, so it proves rate 0; "
                    f"the exact rate is {data.rate:.3g}.")
        if data.here <= 0:
            return (f"Too much cross term: at some points the energy grows, and nothing is proved; "
                    f"the exact rate is {data.rate:.3g}.")
        return (f"ε = {data.share:.2f} of its border proves {data.here:.2g}, "
                f"{data.here / data.rate:.0%} of the exact rate {data.rate:.3g}.")


class Crowd(NamedTuple):
    """What the crowd panel shows."""

    angles: np.ndarray  # (n,)
    mu: np.ndarray  # equilibrium densities, uniform = 1, (n,)
    nu: np.ndarray
    etas: np.ndarray  # (J,)
    rates: np.ndarray  # (J,)
    eta: float
    tau: float
    rate: float


class CrowdPanel(Panel):
    """How fast does a crowd settle?"""

    sliders = (Slider("tau", "temperature τ", 0.1, 1.0, 1.0, 0.1, log=True),
               Slider("eta", "ratio η", 0.1, 30.0, 1.0, 0.1, log=True))
    strip = ({}, {"tau": 0.3}, {"tau": 0.1})
    alt = ("Left, the equilibrium densities of both crowds on a circle: nearly flat when hot, "
           "sharp peaks when cold. Right, the decay rate against the ratio: it falls by four "
           "orders of magnitude as the temperature falls from 1 to 0.1.")
    grid = torch.logspace(-1, 1.48, 13, dtype=torch.float64)

    def compute(self, *, tau: float, eta: float) -> Crowd:
        """Find the equilibrium on 32 cells and its linearised rates."""
        game = MeanFieldGame(wavy_payoff(), tau, 32)
        mu, nu = game.equilibrium()
        rates = game.rate(torch.cat([self.grid, torch.tensor([eta])]))
        return Crowd(game.angles.numpy(), 32 * mu.numpy(), 32 * nu.numpy(), self.grid.numpy(),
                     rates[:-1].numpy(), eta, tau, float(rates[-1]))

    def draw(self) -> Figure:
        """Draw axes and labels; make what moves."""
        fig = figure((9.0, 3.8))
        left, right = fig.subplots(1, 2)
        left.set(xlim=(0, 2 * np.pi), ylim=(0, 10), xlabel="angle (radians)",
                 ylabel="density at equilibrium\n(uniform = 1)")
        right.set(xscale="log", yscale="log", xlim=(0.09, 34), ylim=(1e-5, 3), xlabel=RATIO,
                  ylabel="decay rate (1 / x's time)")
        self.mu, = left.plot([], [], color=METHOD, animated=True)
        self.nu, = left.plot([], [], color=EXTRA[0], ls=(0, (6, 1.5)), animated=True)
        key = [left.text(0.97, y, text, color=color, ha="right", transform=left.transAxes,
                         animated=True)
               for y, text, color in ((0.94, "x's crowd", METHOD),
                                      (0.86, "y's crowd (broken)", "#A86F00"))]
        self.curve, = right.plot([], [], animated=True, **BORDER | {"linewidth": 1.6})
        self.dot, = right.plot([], [], "o", color=METHOD, ms=11, mec="white", animated=True)
        self.moving = [self.mu, self.nu, *key, self.curve, self.dot]
        return fig

    def update(self, data: Crowd) -> None:
        """Move densities, curve and dot."""
        for line, density in ((self.mu, data.mu), (self.nu, data.nu)):
            line.set_data(np.append(data.angles, 2 * np.pi), np.append(density, density[0]))
        self.curve.set_data(data.etas, data.rates)
        self.dot.set_data([data.eta], [data.rate])

    def caption(self, data: Crowd) -> str:
        """Say how long a tenfold decay takes."""
        tenfold = np.log(10) / data.rate
        words = f"{tenfold:,.0f}" if tenfold > 99 else f"{tenfold:.2g}"
        return (f"τ = {data.tau:.2g}, η = {data.eta:.2g}: the distance shrinks tenfold in "
                f"{words} units of time (near equilibrium, 32 cells).")


def _title(fig: Figure, words: str) -> None:
    fig.suptitle(words, x=0.008, ha="left", size=11.5)


PANELS = {"ratio": RatioPanel, "cross": CrossPanel, "crowd": CrowdPanel}
