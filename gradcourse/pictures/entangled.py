"""Pictures of chapter 08: a knob that turns, a loss that does not care, and what seeds can say."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from scipy import special

from gradcourse.evidence import Contrast, power_of
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
from gradcourse.recorded import load

STYLES = {  # arm -> colour, line
    "plain": (BASELINE, "-"),
    "align": (METHOD, "-"),
    "oppose": (EXTRA[0], (0, (6, 1.5))),
}
WORDS = {"harm": FAILURE, "worth having": REPAIRED, "too small to matter": BASELINE,
         "inconclusive": EXTRA[0]}
BORDER = {"color": THEORY, "linestyle": (0, (4, 2.5)), "linewidth": 1}
QUIET = "#555555"
NATS = "loss (nats per letter)"
GAIN = "gain on unseen text (thousandths of a nat)"


@picture
def opening(alignment, losses) -> Figure:
    """Draw what the regulariser moves, and what the loss makes of it.

    Args:
        alignment: arm -> cosine of state and gradient, shape (K, S).
        losses: arm -> loss on the step's own letters, shape (K, S), nats.
    """
    fig = figure((9.0, 3.7))
    _title(fig, "The entanglement obeys the knob; the loss does not notice")
    left, right = fig.subplots(1, 2)
    for name, (color, line) in STYLES.items():
        smooth = _tens(alignment[name])
        k = 10 * np.arange(len(smooth)) + 5
        left.plot(k, smooth, color=color, lw=0.8, alpha=DATA_ALPHA)
        left.plot(k, np.median(smooth, 1), color=color, ls=line, lw=2)
        end_label(left, k[-1], np.median(smooth[-1]), name, color)
        right.plot(k, np.median(_tens(losses[name]), 1), color=color, ls=line, lw=2)
    left.set(xlabel="training step", ylabel="cosine of hidden state and its gradient",
             xlim=(0, 1.22 * k[-1]))
    right.set(xlabel="training step", ylabel=NATS, xlim=(0, k[-1] + 5))
    right.text(0.5, 0.55, "three curves,\none on the other", transform=right.transAxes, color=QUIET)
    return fig


@picture
def mixing(letters, tiles) -> Figure:
    """Draw whose gradient goes to whom.

    Args:
        letters: the letters of one line, T of them.
        tiles: title -> matrix A, shape (T, T).
    """
    fig = figure((9.0, 4.3))
    _title(fig, "With rows of length one every letter is alike: the scale decides, not the text")
    top = max(float(np.asarray(A).max()) for A in tiles.values())
    for ax, (title, A) in zip(fig.subplots(1, 2), tiles.items(), strict=True):
        ax.imshow(A, cmap="Blues", vmin=0, vmax=top)
        ax.set_title(title, size=10, pad=4)
        ax.set_xticks(range(len(letters)), letters, size=8)
        ax.set_yticks(range(len(letters)), letters, size=8)
        ax.tick_params(length=0)
        ax.set(xlabel="gradient comes from", ylabel="gradient goes to")
    return fig


@picture
def theory(lams, gaps, cosines) -> Figure:
    """Draw which readings are settled before any training.

    Args:
        lams: coefficients, shape (n,).
        gaps: kernel -> relative gap of the gradient to a forward shift, shape (n,).
        cosines: place -> |cosine| of state and gradient, shape (tokens,).
    """
    fig = figure((9.0, 3.9))
    _title(fig, "Before any run: one reading is a forward shift, another is zero by construction")
    left, right = fig.subplots(1, 2)
    for (name, gap), color, mark, power in zip(gaps.items(), (METHOD, FAILURE), "os", (2, 1),
                                               strict=True):
        left.loglog(lams, gap, mark, color=color, ms=5)
        left.loglog(lams, gap[0] * (np.asarray(lams) / lams[0]) ** power, **BORDER)
        left.text(0.55 if power == 2 else 0.04, 0.3 if power == 2 else 0.96, name, color=color,
                  va="top", transform=left.transAxes)
    left.set(xlabel="coefficient λ", ylabel="gap to the gradient of a\nforward shift (relative)",
             ylim=(min(map(min, gaps.values())) / 10, 30 * max(map(max, gaps.values()))))
    for i, (values, color) in enumerate(zip(cosines.values(), (METHOD, FAILURE), strict=True)):
        spread = i + 0.5 * (np.random.default_rng(0).random(len(values)) - 0.5)
        right.semilogy(spread, np.maximum(values, 1e-10), ".", color=color, ms=3, alpha=0.6)
    right.set_xticks(range(len(cosines)), list(cosines))
    right.set(xlim=(-0.6, 1.6), xlabel="where the hidden state is read",
              ylabel="|cosine of state and gradient|")
    right.text(0.97, 0.6, "only the norm's ε\nis left", color=FAILURE, transform=right.transAxes,
               ha="right", va="bottom")
    return fig


@picture
def failure(lams, losses, plain, guessing) -> Figure:
    """Draw where an entanglement without a bound breaks training.

    Args:
        lams: coefficients, shape (n,).
        losses: kernel -> loss on unseen text, shape (n, S), nats; NaN where a run broke.
        plain: loss of plain training, nats.
        guessing: loss of guessing all letters alike, nats.
    """
    fig = figure("one")
    ax = fig.subplots()
    ax.set_title("Without a bound it breaks training; the cosine survives")
    for (name, runs), color in zip(losses.items(), (FAILURE, METHOD), strict=True):
        runs = np.clip(np.nan_to_num(np.asarray(runs), nan=9.0, posinf=9.0), None, 9.0)
        ax.plot(lams, runs, color=color, lw=0.8, alpha=0.5)
        ax.plot(lams, np.median(runs, 1), "o-", color=color, lw=2, ms=4)
        end_label(ax, lams[-1], np.median(runs[-1]), name, color, dy=8)
    ax.axhline(guessing, **BORDER)
    ax.text(lams[0], guessing + 0.1, "guessing all letters alike")
    ax.axhline(plain, color=BASELINE, lw=1.3)
    ax.text(lams[0], plain - 0.15, "plain training", color=QUIET, va="top")
    ax.set(xscale="log", xlabel="coefficient λ", ylabel="loss on unseen text (nats per letter)",
           ylim=(1.6, 9.3), xlim=(lams[0] * 0.9, lams[-1] * 2.2))
    ax.set_xticks(lams, [f"{lam:g}" for lam in lams])
    ax.set_xticks([], minor=True)
    return fig


@picture
def forest(title: str, rows: list[tuple[Contrast, object]], smallest: float) -> Figure:
    """Draw contrasts below each other, with every seed.

    Args:
        title: the sentence.
        rows: each contrast with its gains seed by seed, thousandths of a nat.
        smallest: the smallest gain that matters, same unit.
    """
    fig = figure((9.0, 1.5 + 0.55 * len(rows)))
    _title(fig, title)
    ax = fig.subplots()
    ax.axvspan(-smallest, smallest, color=BASELINE, alpha=0.17, lw=0)
    ax.axvline(0, color=THEORY, lw=1)
    for i, (row, gains) in enumerate(rows):
        color = WORDS[row.word]
        ax.plot(np.asarray(gains), np.full(len(gains), i - 0.22), ".", color=color, ms=5, alpha=0.6)
        ax.plot([row.interval.low, row.interval.high], [i, i], color=color, lw=3)
        ax.plot(row.interval.mid, i, "o", color=color, ms=7, mec="white")
        ax.text(1.01, i, row.word, color=_dark(color), transform=ax.get_yaxis_transform(),
                va="center")
    ax.set_yticks(range(len(rows)), [row.name for row, _ in rows])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set(xlabel=GAIN, ylim=(len(rows) - 0.4, -0.95))
    ax.text(0, -0.88, "too small\nto matter", color=QUIET, ha="center", va="top", size=8,
            linespacing=1)
    ax.set_ylabel("arm over arm", labelpad=8)
    return fig


@picture
def promises(tiles, arms) -> Figure:
    """Draw what each reading did to each promise, against plain training.

    Args:
        tiles: promise with its unit -> (interval for each arm, smallest effect that matters).
        arms: names, as many as intervals.
    """
    fig = figure((9.0, 3.6))
    _title(fig, "Five promises, four readings: right of the grey band is what was promised")
    axes = fig.subplots(1, len(tiles), sharey=True)
    for ax, (title, (intervals, smallest)) in zip(axes, tiles.items(), strict=True):
        ax.axvspan(-smallest, smallest, color=BASELINE, alpha=0.17, lw=0)
        ax.axvline(0, color=THEORY, lw=1)
        for i, (low, mid, high, _) in enumerate(intervals):
            color = REPAIRED if low >= smallest else FAILURE if high < 0 else BASELINE
            ax.plot([low, high], [i, i], color=color, lw=2.5)
            ax.plot(mid, i, "s" if color == FAILURE else "o", color=color, ms=6, mec="white")
        far = 1.15 * max(smallest, *(abs(end) for row in intervals for end in row[:3]))
        ax.set(xlim=(-far, far), ylim=(len(arms) - 0.5, -0.5), xlabel=title)
        ax.locator_params(axis="x", nbins=3)
        ax.tick_params(axis="y", length=0)
    axes[0].set_yticks(range(len(arms)), arms)
    axes[0].set_ylabel("reading")
    return fig


class Audits(NamedTuple):
    """What the panel of audits shows."""

    low: np.ndarray  # of forty intervals, sorted by their middle, (40,)
    mid: np.ndarray
    high: np.ndarray
    benefit: float  # the true one, thousandths of a nat
    seeds: int
    power: np.ndarray  # chance to find it with 2, 3, ... 24 seeds, (23,)
    simulated: float  # share of 10,000 audits that found it
    enough: int  # seeds for four audits in five, or 0 if more than 24


class AuditPanel(Panel):
    """Many audits of the same method: how many find what is there?"""

    sliders = (Slider("benefit", "true benefit", 0, 12, 5, 1, unit="mnat"),
               Slider("seeds", "seeds", 3, 24, 3, 1),
               Slider("spread", "spread from seed to seed", 1, 12, 4, 1, unit="mnat"))
    strip = ({}, {"seeds": 12}, {"benefit": 0})
    alt = ("Left: forty audits' intervals, green where they exclude zero. Right: the chance to "
           "find the benefit against the number of seeds. With three seeds a quarter find a true "
           "benefit of five; with twelve nearly all; of a method without benefit one in forty "
           "still reports a gain.")
    noise = np.random.default_rng(8).standard_normal((10_000, 24))
    counts = np.arange(2, 25)

    def compute(self, *, benefit: float, seeds: int, spread: float) -> Audits:
        """Audit a method ten thousand times."""
        runs = benefit + spread * self.noise[:, :int(seeds)]
        mid = runs.mean(1)
        half = special.stdtrit(seeds - 1, 0.975) * runs.std(1, ddof=1) / np.sqrt(seeds)
        chance = np.array([power_of(int(n), float(spread), float(benefit)) for n in self.counts])
        shown = np.argsort(mid[:40])
        enough = self.counts[chance >= 0.8]
        return Audits(*(x[:40][shown] for x in (mid - half, mid, mid + half)), benefit, int(seeds),
                      chance, float((mid - half > 0).mean()), int(enough[0]) if len(enough) else 0)

    def draw(self) -> Figure:
        """Draw axes and labels; make the intervals and curves that move."""
        fig = figure((9.0, 4.2))
        left, right = fig.subplots(1, 2)
        left.set(xlim=(-30, 42), ylim=(-1.5, 44), xlabel="estimated benefit (thousandths of a nat)",
                 ylabel="forty audits of the same method", yticks=[])
        left.axvline(0, color=THEORY, lw=1)
        self.truth, = left.plot([0, 0], [-1.5, 44], color=METHOD, lw=1.5, animated=True)
        self.bars = [left.plot([0, 0], [i, i], lw=1.6, animated=True)[0] for i in range(40)]
        self.dots, = left.plot([], [], ".", color=QUIET, ms=4, animated=True)
        self.found = left.text(0.97, 0.04, "", transform=left.transAxes, ha="right", va="bottom",
                               color=_dark(REPAIRED), animated=True, size=11)
        self.name = left.text(0, 43.5, "", color=METHOD, va="top", animated=True)
        right.set(xlim=(1, 25), ylim=(0, 1.04), xlabel="seeds per arm",
                  ylabel="chance to find the benefit")
        right.axhline(0.8, color=BASELINE, lw=0.8)
        right.text(24.5, 0.79, "four in five", color=QUIET, ha="right", va="top")
        self.few = right.axvspan(1, 2, color=FAILURE, alpha=0.08, lw=0, animated=True)
        self.curve, = right.plot([], [], animated=True, **BORDER)
        self.here, = right.plot([], [], "o", color=FAILURE, ms=9, mec="white", animated=True)
        self.moving = [self.few, self.truth, *self.bars, self.dots, self.found, self.name,
                       self.curve, self.here]
        return fig

    def update(self, data: Audits) -> None:
        """Move intervals, curve and marks."""
        self.truth.set_xdata([data.benefit] * 2)
        self.name.set_position((data.benefit + 1, 43.5))
        self.name.set_text(f"truth: {data.benefit:g}")
        for bar, low, high in zip(self.bars, data.low, data.high, strict=True):
            bar.set_xdata([low, high])
            bar.set_color(REPAIRED if low > 0 else FAILURE if high < 0 else "#B0B0B0")
        self.dots.set_data(data.mid, np.arange(40))
        self.found.set_text(f"found by {100 * data.simulated:.3g} %")
        self.curve.set_data(self.counts, data.power)
        good = data.enough and data.seeds >= data.enough
        self.here.set_data([data.seeds], [data.power[data.seeds - 2]])
        self.here.set_color(REPAIRED if good else FAILURE)
        self.few.set_width((data.enough or 25) - 1.5)

    def caption(self, data: Audits) -> str:
        """Say how many audits find the benefit, and how many seeds would do."""
        if data.benefit == 0:
            return (f"Nothing is there, and {100 * data.simulated:.2g} % of 10,000 audits report a "
                    f"gain all the same, with {data.seeds} seeds as with any number.")
        text = (f"With {data.seeds} seeds {100 * data.simulated:.3g} % of 10,000 audits find the "
                f"benefit of {data.benefit:g}; exact: {100 * data.power[data.seeds - 2]:.3g} %.")
        if not data.enough:
            return text + " Even 24 seeds are too few for four in five."
        return text + f" Four in five takes {data.enough}."


class Sweep(NamedTuple):
    """What the panel over λ shows."""

    arm: str
    lam: float
    steps: np.ndarray  # middle of ten steps each, (n,)
    plain: np.ndarray  # loss, (n,), nats
    path: np.ndarray  # loss of the arm, (n,), nats
    lams: np.ndarray  # all λ, (m,)
    ends: np.ndarray  # gain at each λ: low, middle, high, (m, 3), thousandths of a nat
    at: int  # which of them is shown


class SweepPanel(Panel):
    """Every arm at every λ, from the recorded sweep."""

    arms = ("by context", "shuffled", "uniform", "regulariser")
    sliders = (Slider("lam", "coefficient λ", -0.9, 0.9, 0.3, 0.3),
               Slider("arm", "arm (1 to 4)", 1, 4, 1, 1))
    strip = ({}, {"lam": -0.3}, {"arm": 2})
    alt = ("Left: training loss of the arm and of plain training. Right: the gain on unseen text "
           "against λ with intervals. Mixing by context harms, un-mixing helps, and with the "
           "context shuffled the picture stays nearly the same.")

    def __init__(self, sweep: dict | None = None):
        sweep = sweep or load("entangled", "sweep")["numbers"]
        self.plain = np.array(sweep["plain"]["path"])
        base = np.array(sweep["plain"]["unseen"])
        self.data = {}
        for arm, runs in sweep["arms"].items():
            paths = {0.0: self.plain} | {float(lam): np.array(run["path"])
                                         for lam, run in runs.items()}
            gains = {0.0: 0 * base} | {float(lam): 1000 * (base - np.array(run["unseen"]))
                                       for lam, run in runs.items()}
            lams = sorted(paths)
            self.data[arm] = (np.array(lams), [paths[lam] for lam in lams],
                              np.array([_ends(gains[lam]) for lam in lams]))

    def compute(self, *, lam: float, arm: int) -> Sweep:
        """Look the setting up."""
        name = self.arms[round(arm) - 1]
        lams, paths, ends = self.data[name]
        at = int(np.abs(lams - lam).argmin())
        steps = 10 * np.arange(len(self.plain)) + 5
        return Sweep(name, float(lams[at]), steps, self.plain, paths[at], lams, ends, at)

    def draw(self) -> Figure:
        """Draw axes and labels; make the curves and intervals that move."""
        fig = figure((9.0, 4.2))
        left, right = fig.subplots(1, 2)
        left.set(xlim=(0, 1.3 * 10 * len(self.plain)), xlabel="training step", ylabel=NATS,
                 ylim=(2.7, 4.0))
        left.plot(10 * np.arange(len(self.plain)) + 5, self.plain, color=BASELINE, lw=1.3)
        left.text(0.3, 0.6, "grey: plain training", color=QUIET, transform=left.transAxes)
        self.path, = left.plot([], [], color=METHOD, lw=2, animated=True)
        self.name = left.text(0.3, 0.7, "", color=METHOD, transform=left.transAxes, animated=True)
        right.set(xlim=(-1.05, 1.05), ylim=(-400, 130), xlabel="coefficient λ", ylabel=GAIN)
        right.yaxis.label.set_size(9)
        right.set_xticks([-0.9, -0.6, -0.3, 0, 0.3, 0.6, 0.9])
        right.axhline(0, color=THEORY, lw=1)
        right.axvline(0, color=THEORY, lw=0.6, ls=":")
        right.text(-1, -390, "λ < 0: un-mix, align", color=QUIET, va="bottom")
        right.text(1, -390, "λ > 0: mix, oppose", color=QUIET, va="bottom", ha="right")
        self.bars = [right.plot([0, 0], [0, 0], lw=3, animated=True)[0] for _ in range(7)]
        self.mids, = right.plot([], [], "o", color=QUIET, ms=5, animated=True)
        self.here, = right.plot([], [], "o", ms=12, mfc="none", mec=METHOD, mew=2, animated=True)
        self.moving = [self.path, self.name, *self.bars, self.mids, self.here]
        return fig

    def update(self, data: Sweep) -> None:
        """Move curve, intervals and ring."""
        self.path.set_data(data.steps, data.path)
        self.name.set_text(f"{data.arm}, λ = {data.lam:g}")
        for bar, lam, (low, _, high) in zip(self.bars, data.lams, data.ends, strict=True):
            bar.set_data([lam, lam], [low, high])
            bar.set_color(REPAIRED if low > 0 else FAILURE if high < 0 else "#B0B0B0")
        self.mids.set_data(data.lams, data.ends[:, 1])
        self.here.set_data([data.lam], [data.ends[data.at, 1]])

    def caption(self, data: Sweep) -> str:
        """Say what the arm gains or loses here."""
        low, mid, high = data.ends[data.at]
        if data.lam == 0:
            return f"{data.arm}, λ = 0: plain training, bit for bit."
        verb = "helps" if low > 0 else "harms" if high < 0 else "cannot be told from nothing"
        return (f"{data.arm}, λ = {data.lam:g}: {verb}, {mid:.0f} thousandths of a nat "
                f"({low:.0f} to {high:.0f}).")


def _ends(gains: np.ndarray) -> tuple[float, float, float]:
    half = special.stdtrit(len(gains) - 1, 0.975) * gains.std(ddof=1) / len(gains) ** 0.5
    return gains.mean() - half, gains.mean(), gains.mean() + half


def _tens(runs) -> np.ndarray:
    """Average ten steps each, (K, S) -> (K // 10, S)."""
    runs = np.asarray(runs)[:len(runs) // 10 * 10]
    return runs.reshape(-1, 10, runs.shape[1]).mean(1)


def _dark(color: str) -> str:
    """Return the colour for words: a light one is hard to read."""
    return {EXTRA[0]: "#9A6A00", BASELINE: QUIET, REPAIRED: "#00785A"}.get(color, color)


def _title(fig: Figure, words: str) -> None:
    fig.suptitle(words, x=0.008, ha="left", size=11.5)


PANELS = {"audit": AuditPanel, "sweep": SweepPanel}
