"""The panels of chapter 02: how tight a cut, a cut in the wrong place, one outlier."""

from typing import NamedTuple

import numpy as np
import torch
from matplotlib.figure import Figure

from gradcourse.methods.clipping import (
    State,
    acclip_step,
    rate_exponent,
    threshold,
)
from gradcourse.pictures.clipping_parts.figures import BORDER, QUIET, STEPS
from gradcourse.pictures.panel import Panel, Slider
from gradcourse.pictures.style import BASELINE, FAILURE, METHOD, REPAIRED, THEORY, figure
from gradcourse.problems import pareto_from_uniform


def _uniforms(*shape: int, seed: int) -> list[torch.Tensor]:
    """Draw once what every frame of a panel turns into its noise."""
    g = torch.Generator().manual_seed(seed)
    return [torch.rand(*shape, generator=g, dtype=torch.float64) for _ in range(2)]


def _walk(noise: torch.Tensor, taus: torch.Tensor) -> torch.Tensor:
    """Walk from 3 with steps min(1, 4 / (k + 1)), every row of thresholds on the same noise.

    Args:
        noise: (K, R).
        taus: thresholds, (K, C).

    Returns:
        Positions, (C, K + 1, R).
    """
    x, taus = torch.full((taus.shape[1], noise.shape[1]), 3.0, dtype=noise.dtype), taus[..., None]
    path, below = [x], -taus
    for k in range(len(noise)):
        g = torch.clamp(x + noise[k], below[k], taus[k])
        x = torch.sub(x, g, alpha=min(1.0, 4 / (k + 2)))
        path.append(x)
    return torch.stack(path, 1)


def resting_place(tail: float, tau: float) -> float:
    """Find where a walk with a fixed cut comes to rest under one-sided noise.

    It solves E cut(x + noise) = 0 by halving, for noise = Lomax(tail) - 1 / (tail - 1).
    """
    mean = 1 / (tail - 1)

    def below(z: float) -> float:  # integral of P(Lomax > t) over t < z, less a constant
        return z if z < 0 else (1 - (1 + z) ** (1 - tail)) / (tail - 1)

    low, high = 0.0, mean + tau
    for _ in range(60):
        x = (low + high) / 2
        drift = -tau + below(tau - x + mean) - below(-tau - x + mean)
        low, high = (low, x) if drift > 0 else (x, high)
    return (low + high) / 2


class Balance(NamedTuple):
    """What the main panel shows; heights in objective units."""

    cut: np.ndarray  # heights of the runs that are cut, (K + 1, R)
    plain: np.ndarray  # of those that are not, (K + 1, R)
    late: np.ndarray  # mean over the last 100 steps at every threshold, (C,)
    uncut: float  # the same without a cut
    slope: float  # predicted
    tau: float
    tail: float
    one_sided: float
    here: float  # late mean at the slider's threshold


class BalancePanel(Panel):
    """How tight should the cut be?"""

    sliders = (Slider("tail", "tail index", 1.05, 3.0, 1.5, 0.05),
               Slider("tau", "threshold", 0.1, 1000.0, 2.0, 0.1, log=True),
               Slider("one_sided", "one-sidedness", 0.0, 1.0, 1.0, 0.1))
    strip = ({}, {"tau": 0.1}, {"one_sided": 0.0})
    alt = ("Left: heights of cut and plain runs against steps. Right: mean late height against the "
           "threshold, a valley with one-sided noise; with symmetric noise tighter is always "
           "better.")
    runs, steps = 100, 400
    taus = np.geomspace(0.1, 1000.0, 13)
    size, sign = _uniforms(steps, runs, seed=8)

    def compute(self, *, tail: float, tau: float, one_sided: float) -> Balance:
        """Run every threshold at once on the same noise."""
        noise = pareto_from_uniform(self.size, self.sign, tail, one_sided)
        alpha = max(min(tail - 0.05, 2.0), 1.001)
        scales = torch.tensor([*self.taus, tau, torch.inf], dtype=torch.float64)
        k = torch.arange(1, self.steps + 1, dtype=torch.float64)[:, None]
        path = _walk(noise, threshold(k, alpha=alpha) * scales) ** 2 / 2
        late = path[:, -100:].mean((1, 2)).numpy()
        return Balance(path[-2].numpy(), path[-1].numpy(), late[:-2], float(late[-1]),
                       rate_exponent(alpha), tau, tail, one_sided, float(late[-2]))

    def draw(self) -> Figure:
        """Draw axes and labels; make the curves that move."""
        fig = figure((9.0, 4.0))
        left, right = fig.subplots(1, 2, sharey=True, width_ratios=(1.3, 1))
        k = np.arange(self.steps + 1) + 1.0
        left.set(xscale="log", yscale="log", xlim=(1, self.steps), ylim=(3e-3, 1e4),
                 xlabel=STEPS, ylabel="height above the minimum\n(objective units)")
        right.set(xscale="log", xlim=(0.08, 1300), xlabel="threshold at step 1 (gradient units)")
        self.thin = [left.plot(k, k, color=color, lw=0.6, alpha=0.35, animated=True)[0]
                     for color in [BASELINE] * 12 + [METHOD] * 12]
        self.thick = [left.plot(k, k, color=color, lw=2.4, animated=True)[0]
                      for color in (BASELINE, METHOD)]
        self.dashed, = left.plot([20, self.steps], [1, 1], animated=True, **BORDER)
        self.valley, = right.plot(self.taus, self.taus, color=METHOD, animated=True)
        self.flat, = right.plot([0.08, 1300], [1, 1], color=BASELINE, animated=True)
        self.dot, = right.plot([], [], "o", color=METHOD, ms=10, mec="white", animated=True)
        words = [left.text(0.98, 0.95, "plain steps (thick: mean)", color=QUIET, ha="right"),
                 left.text(0.03, 0.09, "cut to size (thick: mean)", color=METHOD),
                 left.text(0.03, 0.03, "dashed: theory's slope"),
                 right.text(0.03, 0.03, "tighter", color=FAILURE),
                 right.text(0.97, 0.03, "looser", color=FAILURE, ha="right"),
                 right.text(0.97, 0.95, "mean over the last 100 steps\n(grey: never cut)",
                            ha="right", va="top")]
        for text in words:
            text.set(transform=text.axes.transAxes, animated=True)
        self.moving = [*self.thin, *self.thick, self.dashed, self.valley, self.flat, self.dot,
                       *words]
        return fig

    def update(self, data: Balance) -> None:
        """Move every curve."""
        for line, run in zip(self.thin, [*data.plain.T[:12], *data.cut.T[:12]], strict=True):
            line.set_ydata(np.maximum(run, 1e-30))
        mean = data.cut.mean(1)
        self.thick[0].set_ydata(data.plain.mean(1))
        self.thick[1].set_ydata(mean)
        start = mean[20:60].mean()
        self.dashed.set_ydata([start * 1.3, start * 1.3 * (self.steps / 20) ** data.slope])
        self.valley.set_ydata(data.late)
        self.flat.set_ydata([data.uncut] * 2)
        self.dot.set_data([data.tau], [data.here])

    def caption(self, data: Balance) -> str:
        """Say what the cut gains, and where the best one is."""
        best = self.taus[int(data.late.argmin())]
        at = f"about {best:.2g}" if best > 0.11 else "the tightest tried"
        return (f"Tail index {data.tail:.3g}: cut at {data.tau:.2g} ends at {data.here:.2g}, uncut "
                f"at {data.uncut:.2g} (this one is luck). Best threshold: {at}.")


class Rest(NamedTuple):
    """What the failure laboratory shows; positions in parameter units."""

    bands: list  # for fixed, growing, uncut: (low, median, high), each (K,)
    tau: float
    place: float  # where the fixed cut rests, exactly, or nan when the noise has two sides
    dots: np.ndarray  # where it rests, measured, (C,)


class RestPanel(Panel):
    """A fixed cut under one-sided noise."""

    sliders = (Slider("tau", "fixed threshold", 0.1, 100.0, 1.0, 0.1, log=True),
               Slider("power", "growth power", 0.0, 1.0, 0.7, 0.05),
               Slider("one_sided", "one-sidedness", 0.0, 1.0, 1.0, 0.1))
    strip = ({}, {"tau": 10.0}, {"one_sided": 0.0})
    alt = ("Left: bands of positions for a fixed cut, a growing cut and none. The fixed cut's is "
           "the narrowest and rests away from the minimum. Right: its resting place falls as the "
           "threshold grows, on the exact dashed curve; with symmetric noise it is zero.")
    tail, runs, steps = 1.5, 100, 600
    taus = np.geomspace(0.1, 100.0, 9)
    size, sign = _uniforms(steps, runs, seed=0)

    def compute(self, *, tau: float, power: float, one_sided: float) -> Rest:
        """Run all thresholds at once on the same noise."""
        noise = pareto_from_uniform(self.size, self.sign, self.tail, one_sided)
        scales = torch.tensor([tau, tau, torch.inf, *self.taus], dtype=torch.float64)
        grows = torch.tensor([0, power] + [0] * (1 + len(self.taus)), dtype=torch.float64)
        k = torch.arange(1, self.steps + 1, dtype=torch.float64)[:, None]
        path = _walk(noise, scales * k**grows)[:, 1:]
        marks = torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64)
        bands = [torch.quantile(path[i], marks, dim=1).numpy() for i in range(3)]
        place = resting_place(self.tail, tau) if one_sided == 1 else float("nan")
        return Rest(bands, tau, place, path[3:, -1].median(1).values.numpy())

    def draw(self) -> Figure:
        """Draw axes and labels; make the bands that move."""
        fig = figure((9.0, 4.0))
        left, right = fig.subplots(1, 2, width_ratios=(1.4, 1))
        self.k = np.arange(1, self.steps + 1)
        left.set(xscale="log", xlim=(3, self.steps), ylim=(-2.6, 3.4), xlabel=STEPS,
                 ylabel="position x (parameter units)")
        left.axhline(0, **BORDER)
        self.fills = [left.fill_between(self.k, 0, 1, color=color, alpha=0.22, lw=0, animated=True)
                      for color in (BASELINE, REPAIRED, FAILURE)]
        self.lines = [left.plot(self.k, self.k, color=color, lw=2.2, ls=ls, animated=True)[0]
                      for color, ls in ((BASELINE, "-"), (REPAIRED, (0, (6, 1.5))), (FAILURE, "-"))]
        exact = [resting_place(self.tail, float(t)) for t in np.geomspace(0.1, 100, 60)]
        right.plot(np.geomspace(0.1, 100, 60), exact, **BORDER)
        right.axhline(0, color=BASELINE, lw=0.8)
        right.set(xscale="log", ylim=(-0.3, 1.7), xlabel="fixed threshold (gradient units)",
                  ylabel="where it comes to rest")
        right.text(0.97, 0.95, "dots: middle run\ndashed: exact, all huge\nerrors on one side",
                   transform=right.transAxes, ha="right", va="top")
        self.dots, = right.plot(self.taus, self.taus, "o", color=FAILURE, ms=6, animated=True)
        self.mark = right.axvline(1, color=FAILURE, lw=0.8, ls=":", animated=True)
        words = [left.text(0.97, y, text, color=color, transform=left.transAxes, ha="right",
                           animated=True)
                 for y, text, color in ((0.93, "solid, red: fixed cut", FAILURE),
                                        (0.865, "broken, green: growing cut", "#007A59"),
                                        (0.8, "grey: never cut", QUIET))]
        words.append(left.text(0.03, 0.04, "line: middle run; band: 8 of 10 runs",
                               transform=left.transAxes, animated=True))
        self.moving = [*self.fills, *self.lines, self.dots, self.mark, *words]
        return fig

    def update(self, data: Rest) -> None:
        """Move bands, lines and dots."""
        for fill, line, (low, mid, high) in zip(self.fills, self.lines, data.bands[::-1],
                                                strict=True):
            fill.set_data(self.k, low, high)
            line.set_ydata(mid)
        self.dots.set_ydata(data.dots)
        self.mark.set_xdata([data.tau] * 2)

    def caption(self, data: Rest) -> str:
        """Say where the fixed cut ends and how wide its band is."""
        low, mid, high = data.bands[0][:, -1]
        wide = data.bands[2][2, -1] - data.bands[2][0, -1]
        exact = "" if np.isnan(data.place) else f" (exactly {data.place:.2f})"
        return (f"Cut at {data.tau:.2g} for ever: rests at {mid:.2f}{exact}, band {high - low:.2f} "
                f"wide; never cut {wide:.2f}. The minimum is at 0.")


class Outlier(NamedTuple):
    """What one outlier does to ACClip."""

    tau: np.ndarray  # threshold after each step, (K,)
    moved: np.ndarray  # how far a step moves, over the step size, (K,)
    size: float
    share: float  # largest move over the usual one
    clipped: float  # share of steps that were cut, after the start-up


class OutlierPanel(Panel):
    """One huge gradient meets ACClip."""

    sliders = (Slider("size", "size of the outlier", 1.0, 1e4, 100.0, 0.1, log=True),
               Slider("beta1", "β₁", 0.0, 0.99, 0.9, 0.01),
               Slider("beta2", "β₂", 0.9, 0.999, 0.99, 0.001))
    strip = ({}, {"size": 10_000.0}, {"beta1": 0.99})
    alt = ("Threshold and length of ACClip's steps. At the outlier both jump: the threshold is "
           "raised by the very gradient it should cut. With equal betas nothing is ever cut.")
    steps, at = 300, 150
    noise = torch.randn(steps, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def compute(self, *, size: float, beta1: float, beta2: float) -> Outlier:
        """Feed normal noise with one outlier, at a fixed point."""
        state, tau, moved, cut = State.at_rest(torch.zeros((), dtype=torch.float64)), [], [], 0
        for k in range(self.steps):
            g = torch.tensor(size, dtype=torch.float64) if k == self.at else self.noise[k]
            new = acclip_step(state, g, lr=1.0, betas=(beta1, beta2))
            tau.append(float(new.s))
            moved.append(abs(float(state.x - new.x)))
            cut += k >= 50 and abs(float(new.m)) > float(new.s) * (1 + 1e-9)
            state = new
        usual = float(np.median(moved[50:self.at]))
        return Outlier(np.array(tau), np.array(moved), size, max(moved[self.at:]) / usual,
                       cut / (self.steps - 50))

    def draw(self) -> Figure:
        """Draw axes and labels; make the curves that move."""
        fig = figure((9.0, 3.6))
        ax = fig.subplots()
        k = np.arange(self.steps)
        ax.set(yscale="log", xlim=(0, self.steps), ylim=(1e-3, 1e4), xlabel=STEPS,
               ylabel="gradient units")
        ax.axvline(self.at, color=QUIET, lw=0.8, ls=":")
        self.tau, = ax.plot(k, k + 1, color=THEORY, lw=1.4, ls=(0, (4, 2)), animated=True)
        self.moved, = ax.plot(k, k + 1, color=FAILURE, lw=1.2, animated=True)
        words = [ax.text(0.02, y, text, color=color, transform=ax.transAxes, animated=True)
                 for y, text, color in ((0.92, "dashed: threshold τ", THEORY),
                                        (0.84, "red: length of the step over lr", FAILURE))]
        words.append(ax.text(self.at + 6, 2.5e-3, "the outlier", color=QUIET, animated=True))
        self.moving = [self.tau, self.moved, *words]
        return fig

    def update(self, data: Outlier) -> None:
        """Move both curves."""
        self.tau.set_ydata(np.maximum(data.tau, 1e-30))
        self.moved.set_ydata(np.maximum(data.moved, 1e-30))

    def caption(self, data: Outlier) -> str:
        """Say how far the outlier got through."""
        return (f"An outlier of {data.size:.3g}: the longest step is {data.share:.3g} times the "
                f"usual one; after the first 50 steps {100 * data.clipped:.0f} % are cut.")
