"""The still pictures of chapter 07."""

import numpy as np
from matplotlib.figure import Figure

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

STYLES = {  # arm -> colour, line, marker, words
    "static": (BASELINE, "-", "s", "born at full size"),
    "learnt": (METHOD, "-", "o", "size learnt"),
    "ramp": (EXTRA[0], (0, (6, 1.5)), "^", "size by the clock"),
    "pruned": (EXTRA[1], (0, (3, 1.2)), "v", "born twice as large, pruned"),
    "birth": (EXTRA[2], (0, (1.5, 1)), "P", "size learnt, birth clocks"),
}
SHORT = {"static": "born\nlarge", "learnt": "size\nlearnt", "ramp": "by the\nclock"}
DARK = {EXTRA[0]: "#A87000", EXTRA[1]: "#A04E80", EXTRA[2]: "#2C7FAE"}  # for small text
BORDER = {"color": THEORY, "linestyle": (0, (4, 2.5)), "linewidth": 1}
QUIET = "#555555"
STEP = "training step"
SIZE = "size N (neurons)"
CURVE = "target (standard deviations)"
FITS = "share of runs that fit"


@picture
def opening(x, y, shots, sizes) -> Figure:
    """Draw a network four times as it grows, what it says then, and its size over the steps.

    Args:
        x: inputs, shape (n,).
        y: targets, shape (n,).
        shots: (step, shares of the neurons (H,), curve (n,)) of four moments.
        sizes: N at each step, shape (steps + 1,).
    """
    fig = figure((9.0, 5.2))
    _title(fig, "It starts with half a neuron and grows until the curve fits")
    grid = fig.add_gridspec(3, len(shots), height_ratios=(0.75, 1.3, 1.0))
    for column, (step, shares, curve) in enumerate(shots):
        top = fig.add_subplot(grid[0, column])
        network(top, shares)
        top.set_title(f"N = {sizes[step]:.2g}", color=METHOD, size=11)
        ax = fig.add_subplot(grid[1, column])
        ax.plot(x, y, ".", color=BASELINE, ms=4, alpha=0.7, mew=0)
        ax.plot(x, curve, color=METHOD)
        ax.set(ylim=(-2.3, 3.4), xlabel="input x")
        if column == 0:
            ax.set_ylabel("target\n(standard deviations)")
        else:
            ax.tick_params(labelleft=False)
            ax.sharey(fig.axes[1])
    low = fig.add_subplot(grid[2, :])
    low.plot(sizes, color=METHOD)
    low.plot([s for s, _, _ in shots], [sizes[s] for s, _, _ in shots], "o", color=METHOD, ms=6)
    low.set(xlim=(0, 1.01 * len(sizes)), ylim=(0, 7), xlabel=STEP, ylabel=SIZE)
    low.text(0.62, 0.5, "N is one weight, trained like every other", color=METHOD,
             transform=low.transAxes, ha="center")
    return fig


def network(ax, shares, size: float = 9) -> list:
    """Draw a network: one input, hidden neurons as full as they are open, one output.

    Returns:
        Line and disc of each hidden neuron, for a panel that moves them.
    """
    places, parts = np.linspace(-1, 1, len(shares)), []
    for y, share in zip(places, shares, strict=True):
        line, = ax.plot([-1, 0, 1], [0, y, 0], color=METHOD, lw=1.1, alpha=float(share), zorder=1)
        ax.plot(0, y, "o", color="white", mec=BASELINE2, ms=size, zorder=2)
        disc, = ax.plot(0, y, "o", color=METHOD, mew=0, ms=size, alpha=float(share), zorder=3)
        parts.append((line, disc))
    ax.plot([-1, 1], [0, 0], "o", color=QUIET, ms=0.8 * size, zorder=3)
    ax.set(xlim=(-1.25, 1.25), ylim=(-1.25, 1.25))
    ax.axis("off")
    return parts


@picture
def valley(sizes, task, price: float, best: float, whole) -> Figure:
    """Draw the task's loss along the size, all other weights held, and what a price adds.

    Args:
        sizes: N, rising, shape (K,).
        task: the task's loss there, shape (K,).
        price: of one neuron.
        best: where task plus price is lowest.
        whole: the task's loss at N = 1, 2, ..., shape (H,).
    """
    fig = figure((7.5, 3.9))
    ax = fig.subplots()
    ax.set_title("Along N the loss is a chain of parabolas, with a kink at every whole neuron")
    sizes, task = np.asarray(sizes), np.asarray(task)
    both = task + price * sizes
    ax.plot(sizes, task, color=METHOD)
    ax.plot(sizes, both, color=FAILURE, ls=(0, (3, 1.2)), lw=1.6)
    ax.plot(np.arange(1, len(whole) + 1), whole, "o", color=METHOD, ms=5)
    at = int(np.argmin(np.abs(sizes - best)))
    ax.plot(best, both[at], "*", color=FAILURE, ms=13, mec="white", zorder=4)
    ax.text(0.97, 0.95, "dashed: task + price × N", color=FAILURE, ha="right", va="top",
            transform=ax.transAxes)
    ax.text(0.97, 0.87, "solid: task alone, other weights held", color=METHOD, ha="right", va="top",
            transform=ax.transAxes)
    ax.annotate("here the last neuron\nearns just its price", (best, both[at]), (0, 46),
                textcoords="offset points", ha="center", va="bottom", color=FAILURE,
                arrowprops={"arrowstyle": "-", "color": FAILURE, "shrinkB": 6})
    ax.set(xlabel=SIZE, ylabel="loss (target variances)", xlim=(0, 1.02 * sizes[-1]),
           ylim=(0, 1.12 * both.max()))
    return fig


@picture
def kick(ages, births) -> Figure:
    """Draw how far Adam's step carries a neuron that is born late, when one clock serves all.

    Args:
        ages: steps since birth, shape (K,).
        births: words -> step over lr when all gradients since birth are equal, shape (K,).
    """
    fig = figure((7.5, 3.7))
    ax = fig.subplots()
    ax.set_title("The later a neuron is born, the harder Adam's one clock kicks it")
    for (words, factors), alpha in zip(births.items(), (0.45, 0.7, 1.0), strict=True):
        ax.semilogx(ages, factors, color=METHOD, alpha=alpha)
        top = int(np.argmax(factors))
        ax.annotate(words, (ages[top], factors[top]), (0, 5), textcoords="offset points",
                    color=METHOD, ha="center", va="bottom")
    ax.axhline(1, color=EXTRA[2], ls=(0, (1.5, 1)))
    ax.text(0.985 * float(ages[-1]), 0.8, "a clock of its own: lr from the first step on",
            color=DARK[EXTRA[2]], ha="right", va="top")
    ax.set(xlabel="age of the neuron (steps)", ylabel="step (multiples of lr)", ylim=(0, 7.2),
           xlim=(1, float(ages[-1])))
    return fig


@picture
def theory(speeds, finals, predicted, fits, static, border: float) -> Figure:
    """Draw final sizes on the recursion that predicts them, and how often the runs fit.

    Args:
        speeds: lr of the size, shape (K,).
        finals: final sizes, shape (K, R).
        predicted: of Adam on the size loss alone, shape (K,).
        fits: share of runs that fit with its interval, (low, mid, high), each of shape (K,).
        static: the share of networks born at full size.
        border: speed below which N stays half a neuron or more short.
    """
    fig = figure((7.5, 5.0))
    _title(fig, "Theory knows where N ends; growing helps between too slow and too fast")
    top, low = fig.subplots(2, 1, sharex=True)
    finals, (down, mid, up) = np.asarray(finals), fits
    top.semilogx(speeds, finals, ".", color=METHOD, ms=4, alpha=0.5)
    top.semilogx(speeds, predicted, **BORDER)
    top.text(0.45, 0.42, "dashed: Adam on the size loss alone", transform=top.transAxes)
    top.text(0.45, 0.26, f"dots: {finals.shape[1]} trained networks a speed", color=METHOD,
             transform=top.transAxes)
    top.set_ylabel("final size\n(neurons)")
    low.fill_between(speeds, down, up, color=METHOD, alpha=0.15, lw=0)
    low.semilogx(speeds, mid, "o-", color=METHOD, ms=5)
    low.axhline(static, color=BASELINE, lw=1.3)
    low.text(speeds[0], static + 0.03, "born at full size", color=QUIET)
    low.text(0.985, 0.6, "too fast: like one that\nwas born at full size", color=METHOD, ha="right",
             transform=low.transAxes)
    low.set(ylabel=FITS, ylim=(-0.04, 1.04), xlabel="lr of the size (neurons per step)")
    for ax in (top, low):
        ax.axvspan(speeds[0] * 0.9, border, color=FAILURE, alpha=0.08, lw=0)
        ax.set_xlim(speeds[0] * 0.9, speeds[-1] * 1.1)
    top.text(speeds[0], 0.92, "never arrives", color=FAILURE, va="top",
             transform=top.get_xaxis_transform())
    return fig


@picture
def loophole(paths, parts, weights, typical: float) -> Figure:
    """Draw what a price does to sizes, and how the last neuron evades it.

    Args:
        paths: words -> sizes of the runs, shape (steps + 1, R), of two groups.
        parts: share of the last neuron in each run of the first group, shape (R,).
        weights: size of its output weight, shape (R,).
        typical: median output weight of the other neurons.
    """
    fig = figure((9.0, 4.0))
    _title(fig, "Charge by the neuron and the network cheats: it opens one in part and turns it up")
    left, right = fig.subplots(1, 2)
    for (words, sizes), color, y in zip(paths.items(), (METHOD, FAILURE), (0.97, 0.25),
                                        strict=True):
        left.plot(sizes, color=color, lw=0.8, alpha=0.7)
        left.text(0.03, y, words, color=color, va="top", transform=left.transAxes)
    left.axhline(0, **BORDER)
    left.set(xlabel=STEP, ylabel=SIZE, ylim=(-15, 11))
    share, parts, weights = np.linspace(0.08, 1, 100), np.asarray(parts), np.asarray(weights)
    right.plot(parts, weights, "o", color=METHOD, ms=6, mec="white")
    middle = np.median(parts * weights)
    right.plot(share, middle / share, **BORDER)
    right.axhline(typical, color=BASELINE, lw=1.3)
    right.text(0.02, typical - 0.2, "typical weight of the others", color=QUIET, va="top")
    right.text(0.98, 0.95, "dashed: share × weight constant,\nthe same function at any price",
               transform=right.transAxes, ha="right", va="top")
    right.set(xlabel="share of the last neuron that is open, and paid", xlim=(0, 1),
              ylim=(0, max(8.0, 1.3 * weights.max())),
              ylabel="its output weight |v|\n(standard deviations)")
    return fig


@picture
def referee(lrs, rates) -> Figure:
    """Draw how often each arm fits against the step size of its weights.

    Args:
        lrs: step sizes, shape (K,).
        rates: arm -> (low, mid, high) share of runs that fit, each of shape (K,).
    """
    fig = figure((7.8, 4.2))
    ax = fig.subplots()
    ax.set_title("Tuning does not save the static net; a clock grows nearly as well as learning")
    for arm, (low, mid, high) in rates.items():
        color, line, marker, words = STYLES[arm]
        if arm != "birth":
            ax.fill_between(lrs, low, high, color=color, alpha=0.12, lw=0)
        ax.semilogx(lrs, mid, color=color, ls=line, marker=marker, ms=6, label=words,
                    lw=2 if arm == "learnt" else 1.5, zorder=3 if arm == "learnt" else 2)
    ax.set_xticks(lrs, [f"{lr:g}" for lr in lrs])
    ax.set_xticks([], minor=True)
    ax.set(xlabel="lr of the weights (parameter units per step)", ylabel=FITS, ylim=(-0.03, 1.04))
    ax.legend(loc="upper left", handlelength=3.2)
    return fig


@picture
def race(targets, rates, spirals) -> Figure:
    """Draw recorded races: how often curves fit at each size, and unseen losses on spirals.

    Args:
        targets: sizes, shape (K,).
        rates: arm -> (low, mid, high) share of runs that fit, each of shape (K,).
        spirals: size -> arm -> log10 of unseen losses, shape (R,).
    """
    fig = figure((9.0, 4.2))
    _title(fig, "Every arm tuned: growing pays where the size is tight, by the clock too")
    left, right = fig.subplots(1, 2)
    for arm, (low, mid, high) in rates.items():
        color, line, marker, words = STYLES[arm]
        left.fill_between(targets, low, high, color=color, alpha=0.12, lw=0)
        left.plot(targets, mid, color=color, ls=line, marker=marker, ms=6, label=words,
                  lw=2 if arm == "learnt" else 1.5, zorder=3 if arm == "learnt" else 2)
    left.set(xlabel="final size of every arm (neurons)", ylabel=FITS, ylim=(-0.03, 1.04))
    left.set_xticks(targets)
    left.legend(loc="lower right", handlelength=3.2)
    left.set_title("Bessel curve", size=10, pad=4)
    right.set_yscale("log")
    ticks, names = [], []
    for i, (size, arms) in enumerate(spirals.items()):
        for j, (arm, losses) in enumerate(arms.items()):
            color, _, marker, _ = STYLES[arm]
            at = i * (len(arms) + 1) + j
            _column(right, at, 10 ** np.asarray(losses), color, marker)
            ticks.append(at)
            names.append(SHORT[arm])
        right.text(i * (len(arms) + 1) + 1, 0.98, f"{size} neurons", ha="center", va="top",
                   color=QUIET, transform=right.get_xaxis_transform())
    right.set(ylabel="loss on unseen points (nats)", xlabel="two spirals, 40 draws")
    right.set_xticks(ticks, names, size=8.5)
    bottom, top = right.get_ylim()
    right.set_ylim(bottom, top * 2.5)
    right.set_title("two spirals", size=10, pad=4)
    return fig


@picture
def fair(errors, neurons) -> Figure:
    """Draw the error on unseen digits of every cut, paired, and each arm's mean.

    Args:
        errors: arm -> error in %, shape (R,).
        neurons: arm -> mean number of neurons on the way.
    """
    fig = figure((7.8, 4.2))
    ax = fig.subplots()
    ax.set_title("On digits, growing does not beat a network born at the same size")
    table = np.array([np.asarray(values) for values in errors.values()])
    ax.plot(table, color=BASELINE2, lw=0.6, alpha=0.5, zorder=1)
    for i, (arm, values) in enumerate(errors.items()):
        color, _, marker, _ = STYLES[arm]
        _column(ax, i, np.asarray(values), color, marker)
        mean = float(np.mean(np.asarray(values)))
        ax.annotate(f"{mean:.1f} %", (i + 0.24, mean), va="center", color=DARK.get(color, color),
                    fontweight="bold")
        ax.text(i, 0.03, f"mean size {neurons[arm]:.2g}", ha="center", color=QUIET,
                transform=ax.get_xaxis_transform())
    words = [STYLES[arm][3].replace(", ", ",\n") for arm in errors]
    ax.set_xticks(range(len(errors)), words)
    ax.set(xlim=(-0.5, len(errors) - 0.3), ylim=(0, 1.12 * table.max()),
           ylabel="error on unseen digits (%)", xlabel="how six hidden neurons came about")
    return fig


@picture
def shop(prices, sizes, best) -> Figure:
    """Draw the sizes that prices lead to, beside the sizes that are best at those prices.

    Args:
        prices: of one neuron, shape (K,).
        sizes: final sizes, shape (K, R).
        best: sizes that minimise error plus price, by trying all, shape (K,).
    """
    fig = figure((7.5, 4.0))
    ax = fig.subplots()
    ax.set_title("A higher price buys a smaller network, but not the best one")
    sizes = np.asarray(sizes)
    for price, row in zip(prices, sizes, strict=True):
        spread = price * np.exp(np.linspace(-0.12, 0.12, len(row)))
        ax.semilogx(spread, row, ".", color=METHOD, ms=5, alpha=DATA_ALPHA)
    middle = np.median(sizes, 1)
    ax.semilogx(prices, middle, "o-", color=METHOD, ms=6)
    ax.semilogx(prices, best, "s", color=REPAIRED, ms=7, ls=(0, (4, 2.5)), lw=1.2)
    right = int(np.argmax(prices))
    end_label(ax, prices[right], middle[right], "learnt", METHOD, dx=14)
    end_label(ax, prices[right], best[right], "best,\nby trying all", REPAIRED, dx=14)
    ax.set(xlabel="price of a neuron (target variances)", ylabel="final size (neurons)",
           xlim=(min(prices) / 1.5, max(prices) * 3.2), ylim=(min(0, sizes.min()) - 0.3, None))
    return fig


def _column(ax, at, values, color, marker) -> None:
    """Draw one arm's runs as a column of points, and its middle as a bar."""
    spread = at + 0.3 * (np.arange(len(values)) / max(1, len(values) - 1) - 0.5)
    ax.plot(spread, values, marker, color=color, ms=4, alpha=0.55, mew=0, zorder=2)
    log = ax.get_yscale() == "log"
    middle = np.median(values) if log else np.mean(values)
    ax.plot([at - 0.22, at + 0.22], [middle] * 2, color=DARK.get(color, color), lw=2.5, zorder=4)


def _title(fig: Figure, words: str) -> None:
    fig.suptitle(words, x=0.008, ha="left", size=11.5)
