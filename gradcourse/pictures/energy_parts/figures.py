"""The still pictures of chapter 05."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gradcourse.pictures.style import (
    BASELINE,
    DATA_ALPHA,
    FAILURE,
    METHOD,
    REPAIRED,
    THEORY,
    end_label,
    figure,
    picture,
)

BORDER = {"color": THEORY, "linestyle": (0, (4, 2.5)), "linewidth": 1}
QUIET = "#555555"
PURPLE = "#A04E80"
INPUT, PARTITION = "input x (toy units)", "log-partition (nats)"


@picture
def opening(x, curves, exact, dots) -> Figure:
    """Draw a curve that learns the log-partition, and single averages that do not.

    Args:
        x: inputs, shape (N,).
        curves: step -> learnt log-partition, shape (N,).
        exact: the log-partition, shape (N,).
        dots: inputs and logarithms of averages of ten guesses, shape (2, M).
    """
    fig = figure((7.5, 4.0))
    ax = fig.subplots()
    ax.set_title("Ten random guesses a step are enough to learn a sum of 1,024 terms")
    ax.plot(*dots, "o", color=BASELINE, ms=4, alpha=0.6, mew=0)
    shades = np.linspace(0.35, 0.75, max(len(curves) - 1, 1))
    last = list(curves)[-1]
    for (step, y), shade in zip(curves.items(), [*shades, 1.0], strict=False):
        ax.plot(x, y, color=METHOD, alpha=shade, lw=3 if step == last else 1.3)
    ax.plot(x, exact, **BORDER)
    top = int(np.argmax(np.asarray(exact)))
    for step, y in list(curves.items())[:-1]:
        ax.annotate(f"step {step:,}", (x[top], y[top]), (0, 3), textcoords="offset points",
                    ha="center", va="bottom", color=METHOD, fontsize=9)
    ax.annotate(f"step {last:,}\n(dashed: the sum)", (x[-1], curves[last][-1]), (5, 0),
                textcoords="offset points", color=METHOD, va="center", fontsize=9)
    ax.text(0.02, 0.03, "dots: ten guesses averaged, then the logarithm", color=QUIET,
            transform=ax.transAxes)
    ax.set(xlabel=INPUT, ylabel=PARTITION, xlim=(x[0] - 0.1, x[-1] + 1.6), ylim=(-2.6, 5.2))
    ax.set_xticks(np.arange(-3, 4))
    return fig


@picture
def bowl(t, height, L: float) -> Figure:
    """Draw the bowl in one number whose lowest point is the log-partition.

    Args:
        t: values of tau, shape (N,).
        height: t + E exp(g - t) - 1, shape (N,).
        L: the log-partition.
    """
    fig = figure("one")
    ax = fig.subplots()
    ax.set_title("The lowest point of a bowl is the log-partition")
    ax.plot(t, t, color=BASELINE, lw=1.3)
    ax.plot(t, height, color=METHOD)
    ax.plot(L, L, "o", color=METHOD, ms=8, mec="white")
    ax.plot([L, L], [min(t), L], **BORDER)
    ax.annotate("lowest at τ = L,\nand there of height L", (L, L), (22, -62),
                textcoords="offset points", color=METHOD,
                arrowprops={"arrowstyle": "-", "color": METHOD})
    ax.annotate("too low: punished\nlike an exponential", (t[0], height[0]), (34, -2),
                textcoords="offset points", color=FAILURE, va="top")
    end_label(ax, t[-1], float(t[-1]), "τ itself", BASELINE, dy=-6)
    ax.annotate("too high: punished\nlike a line", (t[-8], height[-8]), (0, -44), ha="center",
                textcoords="offset points", color=QUIET, va="top")
    ax.set(xlabel="τ (nats)", ylabel="τ + E exp(g − τ) − 1 (nats)", xlim=(t[0], t[-1] + 0.6))
    return fig


@picture
def law(S, learnt, averaged, laws) -> Figure:
    """Draw how far off the learnt number and the average rest, with their laws.

    Args:
        S: guesses a step, shape (N,).
        learnt: size of the bias of plain steps on tau, shape (seeds, N).
        averaged: size of the bias of the logarithm of an average, shape (seeds, N).
        laws: the two laws at S, in that order, shape (2, N).
    """
    fig = figure((7.5, 4.0))
    ax = fig.subplots()
    ax.set_title("A step of 0.1 divides the bias by twenty, and turns its sign")
    styles = ((learnt, METHOD, "o"), (averaged, FAILURE, "s"))
    for (values, color, mark), line in zip(styles, laws, strict=True):
        ax.plot(S, np.asarray(values).T, mark, color=color, ms=3, alpha=0.35, mew=0)
        ax.plot(S, np.median(values, 0), mark, color=color, ms=7)
        ax.plot(S, line, **BORDER)
    ax.set(xscale="log", yscale="log", xlabel="guesses per step S (count)",
           ylabel="size of the bias (nats)", xlim=(0.8, 190))
    ax.text(0.97, 0.93, "log of an average: too low, law χ²/(2S)", color=FAILURE, ha="right",
            transform=ax.transAxes)
    ax.text(0.04, 0.07, "learnt τ, step 0.1: too high,\nlaw 0.1 · χ²/(4S)", color=METHOD,
            transform=ax.transAxes)
    return fig


@picture
def trap(steps, losses, nothing: float) -> Figure:
    """Draw true test losses while three ways train: the exact sum, a learnt tau, an average.

    Args:
        steps: training steps, shape (N,).
        losses: "exact", "learnt", "average" -> losses, shape (N, seeds).
        nothing: loss of a model that knows nothing.
    """
    fig = figure((7.5, 4.0))
    ax = fig.subplots()
    ax.set_title("Averaging first and taking the logarithm after rewards cheating")
    looks = {"exact": (BASELINE, "all 1,024 terms", -8),
             "learnt": (METHOD, "ten guesses,\nlearnt τ", 12),
             "average": (FAILURE, "log of the average\nof ten guesses", 0)}
    for name, (color, text, dy) in looks.items():
        runs = np.asarray(losses[name])
        ax.plot(steps, runs, color=color, lw=0.8, alpha=DATA_ALPHA)
        ax.plot(steps, np.median(runs, 1), color=color)
        end_label(ax, steps[-1], float(np.median(runs[-1])), text, color, dy=dy)
    ax.axhline(nothing, **BORDER)
    ax.text(steps[-1], nothing * 1.02, "knowing nothing: 10 log 2", ha="right", va="bottom")
    ax.set(yscale="log", xlabel="training step (count)", ylabel="true test loss (nats)",
           xlim=(0, 1.33 * steps[-1]), ylim=(3.2, 17))
    ax.set_yticks([4, 6, 8, 10, 15], ["4", "6", "8", "10", "15"])
    ax.minorticks_off()
    ax.set_xticks(np.linspace(0, steps[-1], 5))
    return fig


@picture
def unseen(pairs) -> Figure:
    """Draw learnt against exact log-partitions of unseen rows.

    Args:
        pairs: title -> (exact, learnt, R2), each shape (N,) and a number.
    """
    fig = figure("two")
    _title(fig, "On unseen digits τ(x) follows the sum over 3,628,800 rankings, loosely")
    axes = fig.subplots(1, len(pairs), sharex=True, sharey=True)
    ends = [min(min(p[0].min(), p[1].min()) for p in pairs.values()),
            max(max(p[0].max(), p[1].max()) for p in pairs.values())]
    for ax, (title, (exact, learnt, r2)) in zip(axes, pairs.items(), strict=True):
        ax.plot(exact, learnt, "o", color=METHOD, ms=3, alpha=0.5, mew=0)
        ax.plot(ends, ends, **BORDER)
        ax.text(0.04, 0.94, f"{title}: R² = {r2:.2f}", transform=ax.transAxes, va="top",
                color=METHOD)
        ax.set(xlabel="exact log-partition (nats)")
    axes[0].set_ylabel("learnt τ(x) (nats)")
    return fig


@picture
def price(losses, exact: str) -> Figure:
    """Draw what each way of treating the log-partition costs, above exact training.

    Args:
        losses: name -> test losses, one a seed, shape (seeds,).
        exact: the name of exact training.
    """
    fig = figure((7.5, 3.8))
    ax = fig.subplots()
    ax.set_title("Here learning τ(x) buys little more than learning one number")
    rows = [name for name in losses if name != exact]
    for i, name in enumerate(rows):
        gap = np.asarray(losses[name]) - np.asarray(losses[exact])
        color = METHOD if i == 0 else BASELINE
        ax.plot(gap, np.full(len(gap), -i), "|", color=color, ms=10, alpha=0.5)
        ax.plot(np.mean(gap), -i, "o", color=color, ms=8)
    ax.axvline(0, **BORDER)
    ax.set_yticks([-i for i in range(len(rows))], rows)
    ax.set(xlabel="test loss above exact training (nats)", ylabel="the log-partition is …",
           ylim=(0.6 - len(rows), 0.6))
    ax.text(0.005, 0.45, "exact", fontsize=9, ha="left", va="center")
    return fig


@picture
def budget(curves, exact, nothing: float, runs=None) -> Figure:
    """Draw exact test losses against guesses, or chain moves, per example and step.

    Args:
        curves: "uniform", "guided", "chain" -> {budget: losses of the seeds}.
        exact: losses of exact training, one a seed.
        nothing: loss of a model that knows nothing.
        runs: the same for a few new seeds, drawn hollow.
    """
    fig = figure((7.5, 4.2))
    ax = fig.subplots()
    ax.set_title("A chain that remembers loses at one move a step, and wins from five on")
    looks = {"chain": (BASELINE, "s", "Markov chain", (0, 3)),
             "uniform": (METHOD, "o", "learnt τ,\nuniform guesses", (4, 4)),
             "guided": (REPAIRED, "^", "guided guesses", (4, -6))}
    for name, (color, mark, text, (dx, dy)) in looks.items():
        at = np.array(list(curves[name]), dtype=float)
        values = np.array([np.asarray(v) for v in curves[name].values()])
        ax.plot(at, values, color=color, lw=0.8, alpha=DATA_ALPHA)
        ax.plot(at, np.median(values, 1), mark + "-", color=color, ms=6)
        end_label(ax, at[-1], float(np.median(values[-1])), text, color, dx=dx + 5, dy=dy)
        for n, value in (runs or {}).get(name, {}).items():
            ax.plot(n, np.median(value), mark, mfc="white", mec=color, ms=9, zorder=5)
    ax.axhline(nothing, color=THEORY, lw=0.8, ls=":")
    ax.axhline(np.median(exact), **BORDER)
    ax.text(11_000, nothing * 1.05, "knowing nothing: log 10!", va="bottom", ha="right",
            fontsize=9)
    ax.text(11_000, np.median(exact) * 0.95, "exact sum", va="top", ha="right", fontsize=9)
    ax.set(xscale="log", yscale="log", xlim=(0.8, 12_000), ylim=(3, 60),
           ylabel="exact test loss (nats)",
           xlabel="guesses, or chain moves, per example and step (count)")
    ax.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
    ax.set_yticks([5, 10, 20, 40], ["5", "10", "20", "40"])
    ax.minorticks_off()
    return fig


@picture
def referee(tables, published) -> Figure:
    """Draw F1 at threshold 1/2 and at a tuned one, for two losses, beside the published ones.

    Args:
        tables: data set -> method -> {"plain": F1s, "tuned": F1s}, percent, one a seed; the
            methods are "exact" and "learnt".
        published: data set -> {"exact": F1, "learnt": F1}, percent, threshold 1/2.
    """
    fig = figure((8.5, 4.6))
    ax = fig.subplots()
    ax.set_title("With a tuned threshold the exact loss catches up on every table")
    looks = {"exact": (BASELINE, 0.17, "exact likelihood"), "learnt": (METHOD, -0.17, "learnt τ")}
    for i, (name, table) in enumerate(tables.items()):
        for method, (color, shift, _) in looks.items():
            y, row = shift - i, table[method]
            for way in ("plain", "tuned"):
                ax.plot(row[way], np.full(len(row[way]), y), "|", color=color, ms=9, alpha=0.45)
            start, end = np.mean(row["plain"]), np.mean(row["tuned"])
            ax.annotate("", (end, y), (start, y),
                        arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2.2,
                                    "shrinkA": 0, "shrinkB": 0})
            ax.plot(published[name][method], y, "o", mfc="white", mec=THEORY, ms=7, zorder=5)
    ax.set_yticks([-i for i in range(len(tables))], list(tables))
    top = 0.62
    ax.text(0.01, 0.985, "arrow: threshold ½ → tuned      ○ published, threshold ½",
            transform=ax.transAxes, va="top")
    for method, (color, shift, text) in looks.items():
        first = tables[next(iter(tables))][method]
        ax.text(max(np.max(first["tuned"]), published[next(iter(tables))][method]) + 1, shift, text,
                color=color, va="center")
    ax.set(xlabel="test F1, averaged over examples (%)", ylabel="data set",
           ylim=(0.5 - len(tables), top + 0.15))
    return fig


def _title(fig: Figure, words: str) -> None:
    fig.suptitle(words, x=0.008, ha="left", size=11.5)


def _log_axes(ax: Axes, wide, high) -> None:
    ax.set(xscale="log", yscale="log", xlim=wide, ylim=high)
