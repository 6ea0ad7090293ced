"""The still pictures of chapter 02: walks, tails, slopes, tables, races."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from gradcourse.pictures.style import (
    BASELINE,
    DATA_ALPHA,
    EXTRA,
    FAILURE,
    METHOD,
    THEORY,
    end_label,
    figure,
    picture,
)

STYLES = {  # method -> colour, line, marker
    "momentum SGD": (BASELINE, "-", "s"),
    "norm clip": (METHOD, "-", "o"),
    "coordinate clip": (EXTRA[0], (0, (6, 1.5)), "^"),
    "ACClip": (EXTRA[1], (0, (3, 1.2)), "v"),
    "Adam": (EXTRA[2], (0, (1.5, 1)), "P"),
}
BORDER = {"color": THEORY, "linestyle": (0, (4, 2.5)), "linewidth": 1}
QUIET = "#555555"
STEPS = "steps taken"
LOSS = "training loss (nats a word)"


@picture
def opening(walks, worst) -> Figure:
    """Draw three walks on a round bowl, one per tile.

    Args:
        walks: title -> positions, shape (n, 2).
        worst: title -> largest distance after the first fifty steps.
    """
    fig = figure((9.0, 3.9))
    _title(fig, "One wild gradient throws the walk far away; cut to size, it stays")
    colors = (BASELINE, FAILURE, METHOD)
    for ax, (title, path), color in zip(fig.subplots(1, 3, sharey=True), walks.items(), colors,
                                        strict=True):
        for radius in range(1, 11):
            ax.add_patch(_circle(radius))
        ax.plot(*np.asarray(path).T, color=color, lw=0.9, marker=".", ms=2.5)
        ax.plot(0, 0, "*", color=THEORY, ms=9, mec="white", mew=0.6, zorder=5)
        ax.plot(*np.asarray(path)[0], "o", color=THEORY, ms=6)
        ax.set(xlim=(-5.6, 5.6), ylim=(-8, 8), aspect="equal", xlabel="x (parameter units)")
        ax.set_title(title, size=10, color=QUIET if color == BASELINE else color, pad=4)
        ax.text(0, -7.7, f"worst distance {worst[title]:.2g}", ha="center", va="bottom",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})
    first = fig.axes[0]
    first.set_ylabel("y (parameter units)")
    first.text(4.9, -4.4, "start", ha="right", va="bottom", color=QUIET)
    return fig


@picture
def tails(sizes, samples) -> Figure:
    """Draw how often an error exceeds a size, for even and for heavy tails.

    Args:
        sizes: where to read, shape (K,).
        samples: name -> (share beyond each size, colour), the first without heavy tail.
    """
    fig = figure("one")
    ax = fig.subplots()
    ax.set_title("A heavy tail is a straight line here; its slope is the tail index")
    for name, (share, color) in samples.items():
        share = np.where(np.asarray(share) > 0, share, np.nan)
        ax.loglog(sizes, share, color=color)
        last = int(np.flatnonzero(np.isfinite(share))[-1])
        end_label(ax, float(sizes[last]), float(share[last]), name, color)
    ax.set(xlabel="size z of an error (gradient units)", ylabel="share of errors beyond z",
           xlim=(sizes[0], sizes[-1] * 12))
    return fig


@picture
def moments(taus, bias, second, bounds, alpha: float) -> Figure:
    """Draw what cutting at tau costs and saves, measured and bounded.

    Args:
        taus: thresholds, shape (K,).
        bias: exact |E cut(g) - E g| of one-sided noise there, shape (K,).
        second: exact E |cut(g)|^2 there, shape (K,).
        bounds: both bounds, (2, K).
        alpha: order of the moment used in the bounds.
    """
    fig = figure((7.5, 3.7))
    ax = fig.subplots()
    ax.set_title("A tighter cut: less variance, more bias")
    for y, bound, color, name in ((bias, bounds[0], FAILURE, "bias"),
                                  (second, bounds[1], METHOD, "second moment")):
        ax.loglog(taus, y, color=color)
        ax.loglog(taus, bound, **BORDER)
        end_label(ax, float(taus[-1]), float(y[-1]), name, color)
    ax.text(taus[0] * 1.3, float(bounds[1][-1]) * 0.7, f"dashed: bounds, α = {alpha:g}", va="top")
    ax.set(xlabel="threshold τ (gradient units)", xlim=(taus[0], taus[-1] * 8),
           ylabel="gradient units, and their square")
    return fig


@picture
def theory(indices, cut, plain, curve) -> Figure:
    """Draw the fitted slope of the mean against the tail index.

    Args:
        indices: tail indices, shape (A,).
        cut: slopes with a growing threshold, (A, seeds).
        plain: slopes without, (A, seeds).
        curve: (tail indices, predicted slopes).
    """
    fig = figure((7.5, 4.0))
    ax = fig.subplots()
    ax.set_title("With clipping the mean falls as predicted; without it the mean is luck")
    ax.plot(*curve, **BORDER)
    ax.axvline(2, color=QUIET, lw=0.8, ls=":")
    cut, plain = np.asarray(cut), np.asarray(plain)
    for a, blue, red in zip(indices, cut, plain, strict=True):
        ax.plot(np.full(len(red), a + 0.012), red, "x", color=FAILURE, ms=5)
        ax.plot(np.full(len(blue), a - 0.012), blue, "o", color=METHOD, ms=4.5)
    low = min(-1.45, float(plain.min()) - 0.1)
    high = max(0.5, float(plain.max()) + 0.15)
    ax.text(1.97, low + 0.05, "infinite variance", ha="right", color=QUIET)
    ax.text(2.03, low + 0.05, "finite variance", color=QUIET)
    ax.text(2.2, high - 0.1, "× plain steps, one mark a batch of runs", color=FAILURE, va="top")
    ax.text(2.2, high - 0.3, "● cut at a growing size", color=METHOD, va="top")
    ax.text(2.75, -1.06, "dashed: theory", va="top")
    ax.set(xlabel="tail index of the noise (smaller = wilder)", ylim=(low, high),
           ylabel="slope of the mean error\n(powers of ten per tenfold steps)")
    return fig


@picture
def table(cells) -> Figure:
    """Draw mean, median and worst of every method, one tile a setting.

    Args:
        cells: title -> method -> (mean, median, worst).
    """
    fig = figure((9.0, 3.9))
    _title(fig, "The typical run is fine without a cut; the mean and the worst are not")
    for ax, (title, rows) in zip(fig.subplots(1, len(cells), sharey=True), cells.items(),
                                 strict=True):
        for i, (_, (mean, median, worst)) in enumerate(rows.items()):
            ax.plot([median, worst], [-i, -i], color=BASELINE, lw=1, alpha=0.6)
            ax.plot(median, -i, "o", color=METHOD, ms=7)
            ax.plot(mean, -i, "D", color=EXTRA[0], ms=6, mec="black", mew=0.5)
            ax.plot(worst, -i, "x", color=FAILURE, ms=8, mew=2)
        ax.set(xscale="log", xlabel="height after the last step")
        ax.set_title(title, size=10, pad=4)
    first = fig.axes[0]
    first.set_yticks([-i for i in range(len(rows))], list(rows))
    first.set(ylim=(-len(rows) + 0.4, 1.1), ylabel="method")
    for x, words, color in ((0.02, "● median", METHOD), (0.34, "◆ mean", "#A06A00"),
                            (0.62, "× worst run", FAILURE)):
        first.text(x, 0.97, words, color=color, transform=first.transAxes, va="top", size=9)
    return fig


@picture
def norms(parts) -> Figure:
    """Draw how minibatch noise spreads, transformer beside CNN.

    Args:
        parts: title -> (noise norms over their median, shape (n,); words below the title).
    """
    fig = figure((9.0, 3.6))
    _title(fig, "The transformer's noise has the longer tail; neither shows infinite variance")
    edges = np.linspace(0, 2.5, 41)
    for ax, (title, (sizes, words)), color in zip(fig.subplots(1, 2, sharey=True), parts.items(),
                                                  (METHOD, BASELINE), strict=True):
        sizes = np.asarray(sizes)
        ax.hist(np.minimum(sizes, 2.49), edges, color=color)
        ax.axvline(sizes.max().clip(max=2.47), color=FAILURE, lw=1, ls=":")
        ax.text(0.98, 0.95, words, transform=ax.transAxes, ha="right", va="top")
        ax.text(min(sizes.max(), 2.47), 2, " largest", color=FAILURE, rotation=90, va="bottom",
                ha="right")
        ax.set(xlabel="length of the noise over its median", xlim=(0, 2.5))
        ax.set_title(title, size=10, pad=4)
    fig.axes[0].set_ylabel("minibatches")
    return fig


@picture
def fair(differences, paths, every: int) -> Figure:
    """Draw training curves of one start, and what each method gains over momentum SGD.

    Args:
        differences: method -> loss minus momentum SGD's, one a start, shape (S,).
        paths: method -> losses of the first start, every few steps.
        every: how many steps lie between two of them.
    """
    fig = figure((9.0, 4.0))
    _title(fig, "Tuned alike on a small normalised net: Adam first, the clips halfway, ACClip not")
    left, right = fig.subplots(1, 2, width_ratios=(1.2, 1))
    for name, losses in paths.items():
        color, line, _ = STYLES[name]
        left.plot(np.arange(len(losses)) * every, losses, color=color, ls=line, lw=1.6, label=name)
    left.set(xlabel="minibatches of 8 sequences", ylabel=LOSS)
    left.legend(loc="upper right", handlelength=3.2)
    right.axvline(0, color=THEORY, lw=0.8)
    for i, (name, values) in enumerate(differences.items()):
        color, _, marker = STYLES[name]
        values = np.asarray(values)
        right.plot(values, np.full(len(values), -i), marker, color=color, ms=5, alpha=0.7)
        right.plot([values.mean()] * 2, [-i - 0.25, -i + 0.25], color=color, lw=2.5)
    right.set_yticks([-i for i in range(len(differences))], list(differences))
    right.locator_params(axis="x", nbins=5)
    right.set(xlabel="loss minus momentum SGD's, same start\n(nats a word; left is better)",
              ylabel="method", ylim=(-len(differences) + 0.4, 0.6))
    return fig


@picture
def referee(tiles) -> Figure:
    """Draw training without noise, one network a tile.

    Args:
        tiles: title -> method -> losses, (steps, starts).
    """
    fig = figure((9.0, 4.0))
    _title(fig, "Without any noise, one network keeps the gap; the other nearly closes it")
    for ax, (title, curves) in zip(fig.subplots(1, 2, sharey=True), tiles.items(), strict=True):
        for name, losses in curves.items():
            color, line, _ = STYLES[name]
            losses = np.asarray(losses)
            ax.semilogy(losses, color=color, lw=0.6, alpha=DATA_ALPHA)
            ax.semilogy(np.median(losses, 1), color=color, ls=line, label=name)
        ax.set(xlabel="steps on one fixed batch (no noise)", ylim=(5e-3, 20))
        ax.set_title(title, size=10, pad=4)
    fig.axes[0].set_ylabel(LOSS)
    fig.axes[1].legend(loc="upper right", handlelength=3.2)
    return fig


def _circle(radius: float):
    return Circle((0, 0), radius, fill=False, ec="#DDE6EE", lw=0.8, zorder=0)


def _title(fig: Figure, words: str) -> None:
    fig.suptitle(words, x=0.008, ha="left", size=11.5)
