"""Pictures of chapter 06: who pulls a pair, when it is let go, and where the temperature went."""

from math import degrees
from typing import NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch.nn.functional import normalize

from gradcourse.methods.contrastive import pull, release_cosine
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

FREE = "temperature-free"
STYLES = {  # name -> colour, line, marker
    FREE: (METHOD, "-", "o"),
    "τ = 1": (BASELINE2, "-", "D"),
    "τ = 0.5": (BASELINE, (0, (6, 1.5)), "s"),
    "τ = 0.1": (EXTRA[0], (0, (3, 1.2)), "^"),
    "τ = 0.05": (EXTRA[1], (0, (1.5, 1)), "v"),
    "learnt τ": (EXTRA[2], (0, (5, 1, 1, 1)), "P"),
}
BORDER = {"color": THEORY, "linestyle": (0, (4, 2.5)), "linewidth": 1}
QUIET = "#555555"
DEEP = {EXTRA[0]: "#A87000", EXTRA[1]: "#A04E80", EXTRA[2]: "#2C7FAE", BASELINE2: "#8A8A8A"}
APART = "angle between the two views (degrees)"
SHARE = "share of moved digits named right (%)"


def strangers(n: int, d: int = 32, seed: int = 0) -> torch.Tensor:
    """Draw the cosines of one view with n - 1 random directions, (n - 1,); fewer are the first."""
    g = torch.Generator().manual_seed(seed)
    return normalize(torch.randn(1024, d, generator=g, dtype=torch.float64), dim=1)[: n - 1, 0]


@picture
def opening(paths) -> Figure:
    """Draw how one pair closes under each loss.

    Args:
        paths: name -> angle after 0, 1, ... steps, degrees, shape (K + 1,).
    """
    fig = figure((7.5, 4.0))
    ax = fig.subplots()
    ax.set_title("Cold temperatures let go of a pair half-way; without one it closes")
    for name, angles in paths.items():
        color, line, _ = STYLES[name]
        ax.plot(angles, color=color, ls=line, lw=2 if name == FREE else 1.8)
        last = len(angles) - 1
        end_label(ax, last, float(angles[-1]), name, DEEP.get(color, color))
    ax.set(xlabel="steps taken", ylabel=APART, xlim=(0, last * 1.02), ylim=(-2, 90))
    ax.set_yticks([0, 30, 60, 90])
    return fig


@picture
def coordinates(theta, tiles) -> Figure:
    """Draw the slope of each loss by the cosine and by the angle, strangers fixed.

    Args:
        theta: angles, degrees, shape (K,).
        tiles: two titles -> name -> slope there, shape (K,).
    """
    fig = figure((9.0, 3.9))
    _title(fig, "“Not zero at the optimum” is a matter of the coordinate; the vanishing is not")
    for ax, (title, curves) in zip(fig.subplots(1, 2), tiles.items(), strict=True):
        for name, values in curves.items():
            color, line, _ = STYLES[name]
            ax.plot(theta, np.maximum(values, 1e-9), color=color, ls=line,
                    lw=2 if name == FREE else 1.8)
        ax.set_title(title, size=10, pad=4)
        ax.set(xlabel=APART, yscale="log", ylim=(1e-4, 400), xlim=(0, 92))
        ax.set_xticks([0, 30, 60, 90])
    left, right = fig.axes
    left.set_ylabel("pull (nats per unit of cosine)")
    right.set_ylabel("pull (nats per radian)")
    left.text(3, 190, FREE, color=METHOD, va="center")
    left.text(3, 0.75, "τ = 0.5", color=QUIET)
    left.text(22, 0.03, "τ = 0.1", color=DEEP[EXTRA[0]])
    left.text(52, 1e-3, "τ = 0.05", color=DEEP[EXTRA[1]])
    right.text(6, 45, "at 0° every pull is 0: a unit\nvector can only turn", color=QUIET)
    return fig


@picture
def hidden(s, temperatures, batch) -> Figure:
    """Draw the temperature that a log-odds has at each cosine.

    Args:
        s: cosines, shape (K,).
        temperatures: power -> temperature there, shape (K,).
        batch: middle half of the cosines of random strangers, (low, high).
    """
    fig = figure((7.5, 3.9))
    ax = fig.subplots()
    ax.set_title("The temperature did not go: it follows the cosine, and α sets its height")
    ax.axvspan(*batch, color=BASELINE2, alpha=0.35, lw=0)
    shades = {0.5: "#66AAD7", 1.0: METHOD, 2.0: "#003E63"}
    for alpha, values in temperatures.items():
        ax.plot(s, values, color=shades[alpha], lw=2.6 if alpha == 1 else 1.5,
                ls="-" if alpha == 1 else (0, (5, 1.5)))
        ax.text(0.36, float(np.interp(0.36, s, values)) + 0.03, f"α = {alpha:g}",
                color=shades[alpha])
    ax.plot(0, 0.5, "o", color=METHOD, ms=8, mec="white")
    ax.annotate("½ at right angles", (0, 0.5), (-105, 12), textcoords="offset points",
                color=METHOD)
    ax.text(sum(batch) / 2, 0.03, "half of the\nstrangers\nare here", ha="center", color=QUIET)
    ax.text(0.46, 0.04, "near 1 it freezes", ha="center", color=METHOD)
    ax.set(xlabel="cosine of a pair", ylabel="local temperature T (cosine units)", xlim=(-1, 1),
           ylim=(0, 1.1))
    return fig


@picture
def theory(temperatures, laws, dots, free) -> Figure:
    """Draw where a pair is let go: one law, and what random strangers give.

    Args:
        temperatures: of the laws, shape (K,).
        laws: N -> angle by the law, degrees, NaN for never, shape (K,).
        dots: N -> (temperatures (J,), angles (J, R) in degrees, NaN for never).
        free: (N, angle) of the temperature-free loss.
    """
    fig = figure((7.5, 4.2))
    ax = fig.subplots()
    ax.set_title("One line says where a temperature lets go, and above which it never does")
    looks = {64: (EXTRA[0], "^"), 256: (METHOD, "o"), 1024: (REPAIRED, "s")}
    for n, angles in laws.items():
        color, marker = looks[n]
        taus, found = dots[n]
        ax.plot(np.repeat(taus, found.shape[1]), np.asarray(found).ravel(), marker, color=color,
                ms=3.5, alpha=0.45, mew=0)
        ax.plot(temperatures, angles, **BORDER)
        last = np.flatnonzero(np.isfinite(angles))[-1]
        ax.text(temperatures[last] * 1.02, 3, f"N = {n}", color=DEEP.get(color, color), rotation=90,
                va="bottom")
    ax.plot(0.5, free[1], "*", color=METHOD, ms=13, mec="white")
    ax.annotate(f"{FREE},\nN = {free[0]}: {free[1]:.0f}°", (0.5, free[1]), (0, 14), ha="center",
                textcoords="offset points", color=METHOD)
    ax.text(0.031, 9, "dashed: cos = τ log(N−1) + 1/(2dτ)\ndots: random strangers, d = 32")
    ax.set(xscale="log", xlim=(0.03, 0.7), ylim=(0, 75), xlabel="temperature τ (cosine units)",
           ylabel="angle where the pull halves (degrees)")
    ax.set_xticks([0.03, 0.05, 0.1, 0.2, 0.5], ["0.03", "0.05", "0.1", "0.2", "0.5"])
    ax.set_xticks([], minor=True)
    return fig


@picture
def collapse(spreads, losses, ceiling: float, strengths, cosines) -> Figure:
    """Draw losses of a batch that shrinks to a point, and what gentle views lead to.

    Args:
        spreads: size of the batch, falling from 1, shape (K,).
        losses: name -> loss there, nats, shape (K,).
        ceiling: log N.
        strengths: strength of the views, shape (J,).
        cosines: name -> mean cosine of strangers after training, shape (J, R).
    """
    fig = figure((9.2, 4.0))
    _title(fig, "Without a scale a loss cannot see a collapse; trained on digits, none came")
    left, right = fig.subplots(1, 2)
    left.axhline(ceiling, **BORDER)
    left.text(spreads[0], ceiling * 1.02, "log N: nothing is learnt", va="bottom", ha="left")
    for name, values in losses.items():
        color, line, _ = STYLES[name]
        left.plot(spreads, values, color=color, ls=line, lw=2)
    end_label(left, spreads[-1], float(losses[FREE][-1]), FREE, METHOD, dx=0, dy=-9, ha="right")
    left.text(0.66, 3.6, "τ = 0.5", color=QUIET)
    left.text(0.45, 0.9, "τ = 0.1", color=DEEP[EXTRA[0]])
    left.set(xscale="log", xlim=(spreads[0], spreads[-1]), ylim=(0, 1.15 * ceiling),
             xlabel="size of the batch on the sphere (1: as drawn)", ylabel="loss (nats)")
    for name, runs in cosines.items():
        color, line, marker = STYLES[name]
        runs = np.asarray(runs)
        right.plot(strengths, runs, color=color, lw=0.8, alpha=DATA_ALPHA)
        right.plot(strengths, np.median(runs, axis=1), color=color, ls=line, marker=marker, lw=2,
                   label=name)
    right.set(xscale="log", ylim=(-0.1, 1.05), xlabel="strength of the views",
              ylabel="mean cosine of strangers\nafter training")
    right.legend(loc="upper right", handlelength=3)
    return fig


@picture
def curves(steps, runs) -> Figure:
    """Draw what embeddings are worth along the way, on clean and on moved digits.

    Args:
        steps: steps taken, shape (K,).
        runs: name -> shares in percent, clean then moved, shape (R, K, 2).
    """
    fig = figure((9.0, 3.8))
    _title(fig, "Training spoils the neighbours of clean digits, and finds those of moved ones")
    for k, (ax, title) in enumerate(zip(fig.subplots(1, 2, sharey=True),
                                        ("clean digits", "moved digits"), strict=True)):
        for name, shares in runs.items():
            color, line, _ = STYLES[name]
            shares = np.asarray(shares)[:, :, k]
            ax.plot(steps, shares.T, color=color, lw=0.8, alpha=DATA_ALPHA)
            ax.plot(steps, np.median(shares, axis=0), color=color, ls=line, lw=2, label=name)
        ax.set_title(title, size=10, pad=4)
        ax.set(xlabel="steps taken", ylim=(0, 100), xlim=(0, steps[-1]))
    fig.axes[0].set_ylabel("named right by five neighbours (%)")
    fig.axes[0].legend(loc="lower left", handlelength=3)
    return fig


@picture
def fair(rows, base: str) -> Figure:
    """Draw every run of every loss on clean and on moved digits.

    Args:
        rows: name -> (clean shares (R,), moved shares (R,), gain on moved over base: low, mid,
            high), in percent; no interval for the base and the untrained.
        base: the loss that gains are measured from.
    """
    fig = figure((9.2, 4.6))
    _title(fig, "Clean digits flatter an untrained network; on moved ones the log-odds do well")
    left, right = fig.subplots(1, 2, sharey=True, width_ratios=[1, 1.45])
    for place, (name, (clean, moved, gain)) in enumerate(rows.items()):
        color = METHOD if name == base else FAILURE if gain is None else BASELINE
        for ax, shares in ((left, np.asarray(clean)), (right, np.asarray(moved))):
            ax.plot(shares, [place] * len(shares), "o", color=color, ms=5, alpha=0.4, mew=0)
            ax.plot([shares.mean()] * 2, [place - 0.32, place + 0.32], color=color, lw=2.5)
        if gain is not None and name != base:
            low, mid, high = gain
            right.text(1.02, place, f"{mid:+.1f} ± {(high - low) / 2:.1f}", va="center",
                       transform=right.get_yaxis_transform())
    right.text(1.02, list(rows).index(base), "gain over this", va="center", color=METHOD,
               transform=right.get_yaxis_transform())
    left.set_yticks(range(len(rows)), list(rows))
    left.set(xlabel="clean digits named right (%)", ylabel="loss")
    right.set(xlabel=SHARE.replace("share of ", ""))
    left.invert_yaxis()
    return fig


@picture
def referee(tiles) -> Figure:
    """Draw what temperatures and powers give, on one axis.

    Args:
        tiles: label of the measure -> ((temperatures (J,), shares (J, R)), (powers (K,), shares
            (K, R))), shares in percent.
    """
    fig = figure((9.2, 4.1))
    _title(fig, "Read α as a temperature 1/(2α): neighbours hardly tell, a probe does at ½")
    for ax, (label, (taus, alphas)) in zip(fig.subplots(1, 2), tiles.items(), strict=True):
        for (values, shares), color, line, marker in (
                (taus, EXTRA[0], (0, (3, 1.2)), "^"),
                ((1 / (2 * np.asarray(alphas[0])), alphas[1]), METHOD, "-", "o")):
            shares = np.asarray(shares)
            ax.plot(values, shares, color=color, lw=0.7, alpha=DATA_ALPHA)
            ax.plot(values, shares.mean(1), color=color, ls=line, marker=marker, lw=2.2, ms=7,
                    mec="white")
        ax.axvline(0.5, **BORDER)
        ax.set(xscale="log", xlabel="temperature τ, or 1/(2α) (cosine units)", ylabel=label)
        ax.set_xticks([0.0625, 0.125, 0.25, 0.5, 1], ["1/16", "1/8", "1/4", "1/2", "1"])
        ax.set_xticks([], minor=True)
    left = fig.axes[0]
    low = left.get_ylim()[0]
    left.text(0.48, low, "“no temperature” ", ha="right", va="bottom")
    for y, word, color in ((0.1, "temperature τ", DEEP[EXTRA[0]]),
                           (0.03, "power α of the log-odds", METHOD)):
        fig.axes[1].text(0.22, y, word, color=color, transform=fig.axes[1].transAxes,
                         bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
    return fig


class Pull(NamedTuple):
    """What the pull panel shows; pulls in nats per radian, angles in degrees."""

    warm: np.ndarray  # pull with the temperature, (K,)
    free: np.ndarray  # pull of the log-odds, (K,)
    warm_ends: float | None  # where the temperature lets go; None: never
    free_ends: float  # where the log-odds lets go
    temperature: float
    alpha: float
    n: int


class PullPanel(Panel):
    """How hard is a pair pulled at each angle?"""

    sliders = (Slider("temperature", "temperature τ", 0.02, 0.4, 0.1, 0.05, log=True),
               Slider("alpha", "power α", 0.5, 4.0, 1.0, 0.05, log=True),
               Slider("n", "things in the batch N", 8.0, 1024.0, 256.0, 0.05, log=True))
    strip = ({}, {"temperature": 0.3}, {"alpha": 4.0})
    alt = ("Pull on a pair against its angle on a log axis, for a temperature and for the "
           "log-odds, with dashed lines where each lets go. At τ 0.1 the pull dies below 45 "
           "degrees; at 0.3 it never dies; with α 4 the log-odds let go early too.")
    theta = torch.linspace(0.5, 179.5, 359, dtype=torch.float64)

    def compute(self, *, temperature: float, alpha: float, n: float) -> Pull:
        """Compute both pulls among the same random strangers."""
        others, turn = strangers(round(n)), self.theta.deg2rad()
        warm, free = ({"temperature": temperature}, {"alpha": alpha})
        ends = [float(release_cosine(others, **loss)) for loss in (warm, free)]
        angles = [None if s == 1 else degrees(float(np.arccos(s))) for s in ends]
        return Pull(pull(turn, others, **warm).numpy(), pull(turn, others, **free).numpy(),
                    angles[0], angles[1], temperature, alpha, round(n))

    def draw(self) -> Figure:
        """Draw axes; make the curves, borders and names that move."""
        fig = figure((9.0, 4.2))
        ax = fig.subplots()
        ax.set(yscale="log", xlim=(0, 180), ylim=(1e-4, 2e3), xlabel=APART,
               ylabel="pull on the pair (nats per radian)")
        ax.set_xticks(range(0, 181, 30))
        orange = DEEP[EXTRA[0]]
        self.warm, = ax.plot([], [], color=EXTRA[0], ls=(0, (5, 1.5)), lw=2, animated=True)
        self.free, = ax.plot([], [], color=METHOD, lw=2.4, animated=True)
        self.borders = [ax.plot([0, 0], [1e-4, 2e3], animated=True, **BORDER)[0] for _ in range(2)]
        patch = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        self.marks = [ax.text(0, y, "", color=color, animated=True, bbox=patch)
                      for y, color in ((3.5e-4, orange), (500, METHOD))]
        self.names = [ax.text(0, 1, "", color=color, ha="center", va=va, animated=True, bbox=patch)
                      for color, va in ((orange, "top"), (METHOD, "bottom"))]
        self.moving = [*self.borders, self.warm, self.free, *self.marks, *self.names]
        return fig

    def update(self, data: Pull) -> None:
        """Move the curves, the borders and the words beside them."""
        for line, y in ((self.warm, data.warm), (self.free, data.free)):
            line.set_data(self.theta, np.maximum(y, 1e-12))
        ends = data.warm_ends, data.free_ends
        for border, mark, at in zip(self.borders, self.marks, ends, strict=True):
            border.set_xdata([-9 if at is None else at] * 2)
            mark.set_x(2 if at is None else at + 1.5)
            mark.set_text("never lets go" if at is None else f"lets go at {at:.0f}°")
        self.names[0].set_text(f"τ = {data.temperature:.2g}")
        self.names[1].set_text(f"temperature-free, α = {data.alpha:.2g}")
        at = np.searchsorted(self.theta.numpy(), 128)
        high, low = max(data.warm[at], data.free[at]), min(data.warm[at], data.free[at])
        top, under = (self.names if data.warm[at] > data.free[at] else self.names[::-1])
        top.set(position=(128, high * 1.7), va="bottom")
        under.set(position=(128, low / 1.7), va="top")

    def caption(self, data: Pull) -> str:
        """Say where each of the two lets go."""
        first = (f"τ = {data.temperature:.2g} never lets go of a pair among {data.n - 1} strangers"
                 if data.warm_ends is None else
                 f"Among {data.n - 1} strangers τ = {data.temperature:.2g} lets go at "
                 f"{data.warm_ends:.0f}°")
        return (f"{first}; 1/log(N−1) is {1 / np.log(data.n - 1):.2g}. The log-odds with "
                f"α = {data.alpha:.2g} let go at {data.free_ends:.0f}°.")


class Circles(NamedTuple):
    """What the circle panel shows, once for each loss; angles in degrees, paths in radians."""

    paths: tuple[np.ndarray, np.ndarray]  # of all views, (steps + 1, 2, pairs)
    partners: tuple[float, float]  # mean angle between partners at the end
    strangers: tuple[float, float]  # mean angle to the nearest stranger
    steps: int


class CirclePanel(Panel):
    """Embeddings on the circle, moving as the loss acts."""

    sliders = (Slider("steps", "steps", 0, 300, 40, 1),
               Slider("arc", "things spread over", 30, 300, 300, 10, unit="°"),
               Slider("gap", "views apart", 2, 90, 40, 2, unit="°"))
    strip = ({}, {"arc": 100}, {"gap": 10})
    alt = ("Six pairs on two circles, each pair joined by a chord. Spread out, both losses close "
           "all pairs. Crowded, τ ½ closes and spreads them, while log-odds leave pairs caught "
           "between strangers; with near views it closes them and leaves the crowd a crowd.")
    pairs, lr, warm = 6, 0.02, 0.5

    def compute(self, *, steps: int, arc: int, gap: int) -> Circles:
        """Walk down both losses from one start, by their angles."""
        jitter = np.random.default_rng(4).uniform(-0.1, 0.1, self.pairs)
        middle = np.radians(np.linspace(0, arc, self.pairs) - arc / 2) + jitter * arc / 300
        start = np.stack([middle - np.radians(gap) / 2, middle + np.radians(gap) / 2])
        losses = {"temperature": self.warm}, {"alpha": 1.0}
        paths = tuple(self._walk(start, steps, **loss) for loss in losses)
        return Circles(paths, *zip(*(_angles(path[-1]) for path in paths), strict=True), steps)

    def _walk(self, start, steps, *, temperature=None, alpha=None):
        x, path = start.copy(), [start.copy()]
        for _ in range(steps):
            apart = x[0][:, None] - x[1]
            c, s = np.cos(apart), np.sin(apart)
            if alpha is None:
                logits, slope = c / temperature, 1 / temperature
            else:
                c = np.clip(c, -0.9999, 0.9999)
                logits, slope = 2 * alpha * np.arctanh(c), 2 * alpha / (1 - c**2)
            weights = sum(_softmax(logits, axis) - np.eye(len(c)) for axis in (0, 1)) / 2
            turn = -weights * slope * s
            x = x - self.lr * np.clip(np.stack([turn.sum(1), -turn.sum(0)]), -3, 3)
            path.append(x)
        return np.stack(path)

    def draw(self) -> Figure:
        """Draw two circles; make the chords, trails and dots that move."""
        fig = figure((9.0, 4.5))
        self.sets, self.moving = [], []
        looks = ((EXTRA[0], "τ = ½"), (METHOD, "temperature-free,\nα = 1"))
        for ax, (color, name) in zip(fig.subplots(1, 2), looks, strict=True):
            _circle(ax)
            ax.text(0, 0, name, ha="center", va="center", color=DEEP.get(color, color))
            trails = [ax.plot([], [], color=BASELINE2, lw=1, animated=True)[0]
                      for _ in range(2 * self.pairs)]
            chords = [ax.plot([], [], color=color, lw=2, animated=True)[0]
                      for _ in range(self.pairs)]
            dots = [ax.plot([], [], "o", color=color, mfc=face, ms=8, mew=1.8, animated=True)[0]
                    for face in (color, "white")]
            self.sets.append((trails, chords, dots))
            self.moving += [*trails, *chords, *dots]
        return fig

    def update(self, data: Circles) -> None:
        """Move everything to where the walks ended."""
        for (trails, chords, dots), path in zip(self.sets, data.paths, strict=True):
            flat = path.reshape(len(path), -1)
            for k, trail in enumerate(trails):
                trail.set_data(0.93 * np.cos(flat[:, k]), 0.93 * np.sin(flat[:, k]))
            end = path[-1]
            for k, chord in enumerate(chords):
                chord.set_data(np.cos(end[:, k]), np.sin(end[:, k]))
            for dot, view in zip(dots, end, strict=True):
                dot.set_data(np.cos(view), np.sin(view))

    def caption(self, data: Circles) -> str:
        """Say how near partners and strangers are."""
        (warm, free), (far, free_far) = data.partners, data.strangers
        return (f"After {data.steps} steps, on average: partners {warm:.0f}° apart with τ = ½ and "
                f"{free:.0f}° with the log-odds, the nearest stranger {far:.0f}° and "
                f"{free_far:.0f}° away.")


def _softmax(logits: np.ndarray, axis: int) -> np.ndarray:
    weights = np.exp(logits - logits.max(axis, keepdims=True))
    return weights / weights.sum(axis, keepdims=True)


def _angles(views: np.ndarray) -> tuple[float, float]:
    """Return the mean angle between partners and to the nearest stranger, in degrees."""
    between = np.degrees(np.arccos(np.clip(np.cos(views[0][:, None] - views[1]), -1, 1)))
    partners = float(between.diagonal().mean())
    return partners, float((between + 999 * np.eye(len(between))).min(1).mean())


def _circle(ax: Axes) -> None:
    turn = np.linspace(0, 2 * np.pi, 200)
    ax.plot(np.cos(turn), np.sin(turn), color=BASELINE2, lw=1)
    ax.set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), aspect="equal")
    ax.set_axis_off()


def _title(fig: Figure, words: str) -> None:
    fig.suptitle(words, x=0.008, ha="left", size=11.5)


PANELS = {"pull": PullPanel, "circle": CirclePanel}
