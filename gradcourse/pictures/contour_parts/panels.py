"""The panels of chapter 04: how flat, where rounding bends it, and a chain that learns."""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from matplotlib.figure import Figure

from gradcourse.methods.contour import (
    bin_masses,
    bin_of,
    effective_sample_size,
    flattened,
    log_psi,
    one_chain,
    published_fixed_point,
    weighted_mean,
)
from gradcourse.pictures.contour_parts.figures import (
    BORDER,
    ENERGY,
    FLAT,
    GREEN,
    PLACE,
    QUIET,
    TINT,
)
from gradcourse.pictures.contour_parts.figures import title as headline
from gradcourse.pictures.panel import Panel, Slider
from gradcourse.pictures.style import BASELINE, FAILURE, METHOD, REPAIRED, THEORY, figure
from gradcourse.problems import Mixture

CAP = 9.0  # height of the bins: the barrier of 8 nats and one more


class Flat(NamedTuple):
    """What the opening panel shows."""

    target: np.ndarray  # density on the grid, (G,)
    flat: np.ndarray  # flattened density, (G,)
    means: tuple[float, float]  # of the target and of the flattened density
    errors: np.ndarray  # error of the plain mean at each zeta, (Z,)
    shares: np.ndarray  # share of samples that count at each zeta, (Z,)
    zeta: float
    small: float  # share of the small mode
    du: float


class FlatPanel(Panel):
    """How flat, how skewed, how many bins: what happens to the average, and what it costs."""

    sliders = (Slider("zeta", "flattening ζ", 0.0, 1.3, 0.75, 0.05),
               Slider("small", "share of the small mode", 0.02, 0.5, 0.1, 0.02),
               Slider("du", "width of a bin", 0.05, 2.0, 0.25, 0.1, log=True, unit="nats"))
    strip = ({}, {"zeta": 1.2}, {"small": 0.5})
    alt = ("Left, a target with a small and a large mode, dashed, and its flattened density, a "
           "triangle at each mean. Right, the error of the plain mean and the share of samples "
           "that count, against the flattening. At 0.75 the mean is 1.1, not 3.2; at 1.2 the walk "
           "lives on the barrier; with two equal modes the mean stays right.")
    x = torch.linspace(-10, 10, 1601, dtype=torch.float64)
    zetas = torch.linspace(0, 1.3, 27, dtype=torch.float64)

    def compute(self, *, zeta: float, small: float, du: float) -> Flat:
        """Compute densities and means by quadrature; no sampling."""
        target = Mixture([small, 1 - small], [-4.0, 4.0])
        x, u = self.x, target.value(self.x)
        p, bins = (-u).softmax(0), {"u0": float(u.min()), "du": du}
        theta = bin_masses(p, u, m=max(1, round(CAP / du)), **bins)
        psi = log_psi(theta.log(), u, **bins)
        q = flattened(p, psi, zeta)
        qs = (p.log() - self.zetas[:, None] * psi).softmax(1)
        width = float(x[1] - x[0])
        return Flat(p.numpy() / width, q.numpy() / width, (float(p @ x), float(q @ x)),
                    (qs @ x - p @ x).numpy(), (1 / (p * p / qs).sum(1)).numpy(), zeta, small, du)

    def draw(self) -> Figure:
        """Draw axes and labels; make what moves."""
        fig = figure((9.0, 4.2))
        headline(fig, "The flatter the landscape, the wronger the plain mean, the fewer samples "
                      "count")
        spots = fig.subplot_mosaic([["left", "top"], ["left", "low"]], width_ratios=(1.5, 1))
        left, top, low = (spots[name] for name in ("left", "top", "low"))
        left.set(xlim=(-10, 10), ylim=(-0.045, 0.42), xlabel=PLACE,
                 ylabel="density (1 / parameter unit)")
        left.axhline(0, color=BASELINE, lw=0.6)
        for ax, words, high in ((top, "error of the plain mean", (-4.2, 0.3)),
                                (low, "share that counts", (0, 1.05))):
            ax.axvspan(1, 1.3, color=TINT, lw=0)
            ax.set(xlim=(0, 1.3), ylim=high, ylabel=words)
        low.set_xlabel(FLAT)
        low.text(1.15, 0.86, "more than\nflat", color=FAILURE, ha="center", size=8.5)
        self.flat, = left.plot([], [], color=METHOD, animated=True)
        self.target, = left.plot([], [], animated=True, **BORDER | {"linewidth": 1.4})
        self.marks = [left.plot([], [], "^", color=color, ms=9, animated=True)[0]
                      for color in (THEORY, METHOD)]
        self.words = [left.text(0, -0.026, text, color=color, va="center", animated=True)
                      for text, color in (("true mean", THEORY), ("flat mean", METHOD))]
        self.lines = [ax.plot([], [], animated=True, **BORDER | {"linewidth": 1.4})[0]
                      for ax in (top, low)]
        self.dots = [ax.plot([], [], "o", color=METHOD, ms=9, mec="white", animated=True)[0]
                     for ax in (top, low)]
        key = [left.text(0.2, y, text, color=color, transform=left.transAxes, animated=True)
               for y, text, color in ((0.94, "target (dashed)", THEORY),
                                      (0.87, "flattened", METHOD))]
        self.moving = [self.flat, self.target, *self.marks, *self.words, *self.lines, *self.dots,
                       *key]
        return fig

    def update(self, data: Flat) -> None:
        """Move densities, means and dots."""
        x = self.x.numpy()
        self.target.set_data(x, data.target)
        self.flat.set_data(x, np.minimum(data.flat, 0.42))
        close = abs(data.means[0] - data.means[1]) < 5.2
        for mark, word, mean, side in zip(self.marks, self.words, data.means, (1, -1), strict=True):
            mark.set_data([mean], [-0.011])
            place = mean + (0.45 * side if close else 0.0)
            word.set_position((place, -0.012 if close else -0.032))
            word.set_ha(("left" if side > 0 else "right") if close else "center")
        for line, dot, y in zip(self.lines, self.dots, (data.errors, data.shares), strict=True):
            line.set_data(self.zetas.numpy(), y)
            dot.set_data([data.zeta], [np.interp(data.zeta, self.zetas.numpy(), y)])

    def caption(self, data: Flat) -> str:
        """Say what the flattening did to the mean, and its price."""
        true, flat = data.means
        share = float(np.interp(data.zeta, self.zetas.numpy(), data.shares))
        if data.zeta == 0:
            return f"Not flattened: the mean is {true:.2f}, every sample counts."
        if abs(true - flat) < 0.005:
            return (f"Two equal modes: the plain mean stays at {true:.2f}, by symmetry; "
                    f"still only {share:.2g} of the samples count.")
        text = f"The plain mean is {flat:.2f} instead of {true:.2f}; {share:.2g} of samples count."
        return text + (" The walk now prefers the barrier to the wells." if data.zeta > 1 else "")


class Rounding(NamedTuple):
    """What the failure laboratory shows."""

    energy: np.ndarray  # middles of the bins, above the lowest energy, (m,)
    ratio: np.ndarray  # learnt over true mass, (m,)
    reweighted: np.ndarray  # density as the published weight has it, in cells, (G,)
    means: tuple[float, float]  # true, and by the published weight
    zeta: float
    du: float


class RoundingPanel(Panel):
    """Where the published recursion comes to rest."""

    sliders = (Slider("zeta", "flattening ζ", 0.0, 1.0, 0.75, 0.05),
               Slider("du", "width of a bin", 0.125, 1.0, 0.25, 0.1, log=True, unit="nats"),
               Slider("shift", "bins begin lower by", 0.0, 0.95, 0.4, 0.05, unit="widths"))
    strip = ({}, {"zeta": 1.0}, {"shift": 0.0})
    alt = ("Left, learnt over true mass in each energy bin, for the published rule in red and the "
           "interpolated weight as a green line at one. At 0.75 it zig-zags and dies out, at 1 it "
           "never settles. Right, the target and what the published weight takes for it.")
    target = Mixture([0.1, 0.9], [-4.0, 4.0])
    x, cell = torch.linspace(-9, 9, 6001, dtype=torch.float64), 100  # a cell of 100 points: 0.3

    def compute(self, *, zeta: float, du: float, shift: float) -> Rounding:
        """Solve for the fixed point, one root a bin; no sampling."""
        x, u = self.x, self.target.value(self.x)
        p, bins = (-u).softmax(0), {"u0": float(u.min()) - shift * du, "du": du}
        m = int(np.ceil(CAP / du))
        true = bin_masses(p, u, m=m, **bins)
        theta = published_fixed_point(p, u, zeta=zeta, m=m, **bins)
        smooth, rounded = (log_psi(theta.log(), u, interpolate=i, **bins) for i in (True, False))
        taken = (p.log() + zeta * (rounded - smooth)).softmax(0)
        energy = (torch.arange(m) + 0.5 - shift) * du
        cells = taken[1:].reshape(-1, self.cell).sum(1).numpy() / 0.3
        return Rounding(energy.numpy(), (theta / true).numpy(), cells,
                        (float(p @ x), float(taken @ x)), zeta, du)

    def draw(self) -> Figure:
        """Draw axes and labels; make what moves."""
        fig = figure((9.0, 4.0))
        headline(fig, "Rounding the weight to the bin's edge bends the masses and the average")
        left, right = fig.subplots(1, 2)
        left.set(yscale="log", xlim=(0, 9.2), ylim=(0.01, 200), xlabel=ENERGY,
                 ylabel="learnt mass / true mass")
        left.axvline(2.2, ymax=0.85, color=BASELINE, lw=0.9, ls=":")
        left.text(2.3, 0.014, "the small well opens", color=QUIET, size=9)
        left.axhline(1, color=REPAIRED, lw=2.4)
        left.text(9.1, 110, "interpolated weight", color=GREEN, ha="right", va="center")
        right.set(xlim=(-9, 9), ylim=(-0.055, 0.56), xlabel=PLACE,
                  ylabel="density (1 / parameter unit)")
        p = (-self.target.value(self.x)).softmax(0) / (self.x[1] - self.x[0])
        right.plot(self.x, p, **BORDER | {"linewidth": 1.4})
        right.plot([3.2], [-0.014], "^", color=THEORY, ms=9)
        right.text(-8.7, 0.52, "target (dashed)")
        self.ratio, = left.plot([], [], "o-", color=FAILURE, ms=4, lw=1.2, animated=True)
        self.taken, = right.plot([], [], color=FAILURE, lw=1.4, ds="steps-mid", animated=True)
        self.mark, = right.plot([], [], "^", color=FAILURE, ms=9, animated=True)
        key = [right.text(-8.7, 0.48, "by the published weight", color=FAILURE, animated=True),
               left.text(0.2, 110, "published rule", color=FAILURE, va="center", animated=True)]
        self.moving = [self.ratio, self.taken, self.mark, *key]
        return fig

    def update(self, data: Rounding) -> None:
        """Move the ratios, the density and its mean."""
        self.ratio.set_data(data.energy, np.clip(data.ratio, 0.01, 200))
        self.taken.set_data(self.x[1::self.cell][:len(data.reweighted)] + 0.15, data.reweighted)
        self.mark.set_data([data.means[1]], [-0.014])

    def caption(self, data: Rounding) -> str:
        """Say whether the zig-zag dies out, and where the mean ends."""
        true, got = data.means
        if data.zeta == 0:
            return f"Not flattened: masses and mean are right, {true:.2f}."
        swing = float(np.abs(np.diff(np.log(data.ratio[-8:-1]))).mean())
        how = "dies out" if swing < 0.35 else "fades slowly" if swing < 1.2 else "never settles"
        return (f"The zig-zag {how}; the reweighted mean is {got:.2f} instead of {true:.2f}, "
                f"with bins of {data.du:.2g} nats.")


class Chain(NamedTuple):
    """What the running chain shows."""

    path: np.ndarray  # positions so far, (K,)
    steps: np.ndarray  # their steps, (K,)
    taken: int  # steps so far
    bent: np.ndarray  # U + zeta log Psi on the grid, its lowest value 0, (G,)
    here: tuple[float, float]  # position and bent energy now
    crossings: int
    means: tuple[float, float]  # plain and weighted, so far
    share: float


class ChainPanel(Panel):
    """One chain fills the well it is in until it spills over."""

    sliders = (Slider("time", "time", 0.2, 8.0, 1.6, 0.2, unit="thousand steps"),
               Slider("zeta", "flattening ζ", 0.0, 1.0, 0.75, 0.25),
               Slider("omega", "learning rate ω", 0.002, 0.2, 0.02, 0.5, log=True))
    strip = ({}, {"time": 6.0}, {"zeta": 0.0})
    alt = ("Left, the landscape as the chain feels it, and the chain on it: the well fills "
           "up from below until it is level with the barrier. Right, its path: stuck at first, "
           "then between both wells. Without flattening it never leaves.")
    target = Mixture([0.1, 0.9], [-4.0, 4.0])
    x = torch.linspace(-9, 9, 721, dtype=torch.float64)
    every, du, m, most, seed = 10, 0.25, 36, 8000, 1

    def compute(self, *, time: float, zeta: float, omega: float) -> Chain:
        """Cut a remembered run at this step, and replay what it had learnt by then."""
        path, w, J = (t[: round(1000 * time)] for t in _learning_run(zeta, round(omega, 6)))
        theta = _learnt(J, omega * w, self.m)
        seen = torch.zeros(self.m, dtype=torch.bool).index_fill_(0, J, True)
        u = self.target.value(self.x)
        bent = u + zeta * log_psi(theta.log(), u, u0=float(u.min()), du=self.du, seen=seen)
        bent, here = (bent - bent.min()).numpy(), float(path[-1])
        side = (path > 2).int() - (path < -2).int()
        crossed = int((side[side != 0].diff() != 0).sum())
        steps = np.arange(0, len(path), self.every)
        return Chain(path.numpy()[steps], steps + 1, len(path), bent,
                     (here, float(np.interp(here, self.x.numpy(), bent))), crossed,
                     (float(path.mean()), float(weighted_mean(path, w))),
                     float(effective_sample_size(w)) / len(path))

    def draw(self) -> Figure:
        """Draw axes and labels; make what moves."""
        fig = figure((9.0, 4.0))
        headline(fig, "The chain fills the well it is in until it spills over")
        left, right = fig.subplots(1, 2, width_ratios=(1, 1.1))
        u = self.target.value(self.x)
        left.plot(self.x, u - u.min(), color=BASELINE, lw=1.2)
        left.set(xlim=(-9, 9), ylim=(-0.6, 13), xlabel=PLACE, ylabel="energy (nats)")
        left.text(0.5, 0.97, "grey: the landscape", color=QUIET, transform=left.transAxes,
                  va="top", ha="center")
        right.set(xlim=(0, 8000), ylim=(-9, 9), xlabel="steps", ylabel=PLACE)
        right.axhline(self.target.mean, **BORDER)
        right.text(7950, self.target.mean + 0.25, "true mean", ha="right", va="bottom")
        self.bent, = left.plot([], [], color=METHOD, animated=True)
        self.now, = left.plot([], [], "o", color=FAILURE, ms=10, mec="white", animated=True)
        self.path, = right.plot([], [], color=METHOD, lw=0.8, animated=True)
        self.end, = right.plot([], [], "o", color=FAILURE, ms=7, mec="white", animated=True)
        key = left.text(0.5, 0.9, "blue: as the chain feels it", color=METHOD, animated=True,
                        transform=left.transAxes, va="top", ha="center")
        self.moving = [self.bent, self.now, self.path, self.end, key]
        return fig

    def update(self, data: Chain) -> None:
        """Move the landscape, the chain and its path."""
        self.bent.set_data(self.x.numpy(), np.minimum(data.bent, 14))
        self.now.set_data([data.here[0]], [min(data.here[1], 13)])
        self.path.set_data(data.steps, data.path)
        self.end.set_data([data.steps[-1]], [data.here[0]])

    def caption(self, data: Chain) -> str:
        """Say how often it crossed, and what its averages are."""
        plain, weighted = data.means
        how = {0: "has not left its well", 1: "crossed once"}.get(
            data.crossings, f"crossed {data.crossings} times")
        return (f"After {data.taken:,} steps it {how}; plain mean {plain:.2f}, weighted "
                f"{weighted:.2f}, true 3.20; {data.share:.2g} of samples count.")


@lru_cache(64)
def _learning_run(zeta: float, omega: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Run one chain from the small well: its path, weights and bins."""
    panel, half_log_tau = ChainPanel, math.log(2 * math.pi) / 2

    def energy(x):
        a, b = x[0] + 4, x[0] - 4
        small, large = 0.1 * math.exp(-a * a / 2), 0.9 * math.exp(-b * b / 2)
        both = small + large
        return half_log_tau - math.log(both), [(small * a + large * b) / both]

    u0 = float(panel.target.value(panel.x).min())
    noise = torch.randn(panel.most, 1, generator=torch.Generator().manual_seed(panel.seed),
                        dtype=torch.float64)
    path, w, _ = one_chain(energy, [-4.0], noise.tolist(), lr=0.04, u0=u0, du=panel.du, m=panel.m,
                           zeta=zeta, gain=lambda k: omega, domain=(-9.0, 9.0))
    path = torch.tensor(path, dtype=torch.float64)[:, 0]
    J = bin_of(panel.target.value(path), u0=u0, du=panel.du, m=panel.m)
    return path, torch.tensor(w, dtype=torch.float64), J


def _learnt(J: torch.Tensor, by: torch.Tensor, m: int) -> torch.Tensor:
    """Sum up what n updates by the shares `by` leave of masses that began equal."""
    left = torch.log1p(-by).cumsum(0)  # logarithm of what is left of the start after each
    gained = by * (left[-1] - left).exp()
    return torch.bincount(J, weights=gained, minlength=m) + left[-1].exp() / m
