"""The figures of chapter 04."""

import numpy as np
from matplotlib.figure import Figure

from gradcourse.pictures.style import (
    BASELINE,
    BASELINE2,
    EXTRA,
    FAILURE,
    METHOD,
    REPAIRED,
    THEORY,
    end_label,
    figure,
    picture,
)

STYLES = {  # method -> colour, marker
    "plain": (BASELINE, "o"),
    "cyclic": (BASELINE2, "s"),
    "published": (FAILURE, "v"),
    "interpolated": (METHOD, "^"),
    "replica exchange": (EXTRA[0], "D"),
}
BORDER = {"color": THEORY, "linestyle": (0, (4, 2.5)), "linewidth": 1}
QUIET, TINT, GREEN = "#555555", "#FBEDE4", "#00795A"
PLACE, ENERGY, FLAT = "x (parameter units)", "energy above the lowest (nats)", "flattening ζ"


def title(fig: Figure, words: str) -> None:
    """Write the sentence that the picture proves."""
    fig.suptitle(words, x=0.008, ha="left", size=11.5)


@picture
def opening(steps, paths, x, densities, means) -> Figure:
    """Draw two chains over time and, on the same vertical axis, where they have been.

    Args:
        steps: of the paths, (K,).
        paths: "plain" and "flattened", (K,) each.
        x: grid of the densities, (G,).
        densities: "target", "visits" and "reweighted", (G,) each.
        means: the same three names, numbers.
    """
    fig = figure((9.0, 4.0))
    title(fig, "Flattening frees the walker and falsifies the average; weights repair it")
    left, right = fig.subplots(1, 2, sharey=True, width_ratios=(1.15, 1))
    left.plot(steps, paths["flattened"], color=METHOD, lw=0.8)
    left.plot(steps, paths["plain"], color=BASELINE, lw=0.8)
    left.text(0.02, 0.97, "flattened chain: goes everywhere", color=METHOD, va="top",
              transform=left.transAxes)
    left.text(0.02, 0.02, "plain chain: stays in the small well", color=QUIET,
              transform=left.transAxes)
    left.set(xlabel="steps", ylabel=PLACE, ylim=(-9.5, 9.5), xlim=(0, steps[-1]))
    right.fill_betweenx(x, densities["visits"], color=METHOD, alpha=0.3, lw=0)
    right.plot(densities["visits"], x, color=METHOD, lw=1.2)
    right.plot(densities["reweighted"], x, color=REPAIRED)
    right.plot(densities["target"], x, **BORDER | {"linewidth": 1.5})
    top = 0.42
    words = (("target", "true average", THEORY), ("reweighted", "reweighted average", GREEN),
             ("visits", "average of the visits", METHOD))
    shift = 0.0 if abs(means["target"] - means["reweighted"]) > 0.9 else 0.35
    for (name, text, color), dy in zip(words, (shift, -shift, 0), strict=True):
        right.plot(top, means[name], marker="<", color=color, ms=7)
        right.text(top + 0.015, means[name] + dy, text, color=color, va="center")
    right.text(0.2, 6.3, "target (dashed)")
    right.set(xlabel="density (1 / parameter unit)", xlim=(0, 0.68))
    return fig


@picture
def visits(edges, target, flat) -> Figure:
    """Draw how much of each density lies in every energy bin.

    Args:
        edges: lower edges of the bins, (m,), nats.
        target: masses, (m,).
        flat: masses under the flattened density, (m,).
    """
    fig = figure("one")
    ax = fig.subplots()
    ax.set_title("Flattening evens out how often each energy is met")
    last = [2 * edges[-1] - edges[-2]]
    for values, look in ((target, BORDER | {"linewidth": 1.3}), (flat, {"color": METHOD})):
        ax.stairs(values, np.append(edges, last), baseline=None, **look)
    ax.set(yscale="log", xlabel=ENERGY, ylabel="share of all samples", xlim=(0, edges[-1]))
    ax.text(edges[-1] * 0.42, target[len(edges) // 2] / 3.2, "target (dashed)", ha="right")
    ax.text(edges[-1] * 0.98, flat[-3] * 2.2, "flattened", color=METHOD, ha="right")
    return fig


@picture
def staircase(u, rounded, straight, x, forces) -> Figure:
    """Draw the two readings of log Psi, and the force each leaves.

    Args:
        u: energies, (K,).
        rounded: log theta(J), (K,).
        straight: log Psi, (K,).
        x: positions, (G,).
        forces: "plain", "rounded" and "straight", (G,) each.
    """
    fig = figure((9.0, 3.7))
    title(fig, "A staircase has no slope: its force is the plain one, and nothing is flattened")
    left, right = fig.subplots(1, 2)
    left.plot(u, rounded, color=FAILURE)
    left.plot(u, straight, color=METHOD)
    left.text(0.97, 0.93, "rounded up to the bin's edge", color=FAILURE, ha="right",
              transform=left.transAxes)
    left.text(0.03, 0.06, "straight between the edges", color=METHOD, transform=left.transAxes)
    left.set(xlabel=ENERGY, ylabel="log Ψ (nats)", xlim=(u[0], u[-1]))
    right.axhline(0, color=BASELINE2, lw=0.8)
    right.plot(x, forces["plain"], color=BASELINE, lw=3.5, alpha=0.5)
    right.plot(x, forces["rounded"], color=FAILURE, lw=1.2, ls=(0, (4, 2)))
    right.plot(x, forces["straight"], color=METHOD, lw=1.3)
    right.set(xlabel=PLACE, ylabel="force (nats / parameter unit)", xlim=(x[0], x[-1]),
              ylim=(-6, 6))
    plate = {"facecolor": "white", "edgecolor": "none", "pad": 1.5, "alpha": 0.9}
    right.text(0.97, 0.93, "plain (grey) = rounded (red)", color=FAILURE, ha="right",
               transform=right.transAxes, bbox=plate)
    right.text(0.03, 0.06, "straight: weaker, at times reversed", color=METHOD,
               transform=right.transAxes, bbox=plate)
    return fig


@picture
def theory(zetas, flat, share, truth, dots) -> Figure:
    """Draw what quadrature predicts for each zeta, and what runs give.

    Args:
        zetas: of the curves, (K,).
        flat: mean of the flattened density, (K,).
        share: share of samples that count, (K,).
        truth: the true mean.
        dots: "zeta" (Z,), "flat" and "reweighted" (mean, half width) of shape (2, Z), "share" (Z,).
    """
    fig = figure((9.0, 3.8))
    title(fig, "Quadrature predicts the bias, the repair and its price before any sampling")
    left, right = fig.subplots(1, 2)
    left.plot(zetas, flat, **BORDER | {"linewidth": 1.4})
    left.axhline(truth, **BORDER | {"linewidth": 1.4})
    for name, color, dx in (("flat", METHOD, 0.0), ("reweighted", REPAIRED, 0.012)):
        at = np.asarray(dots["zeta"]) + dx
        left.errorbar(at, *dots[name], fmt="o", color=color, ms=6, lw=1.6)
    left.text(0.97, 0.94, "reweighted runs on the true mean", color=GREEN, ha="right",
              transform=left.transAxes)
    left.text(0.03, 0.08, "plain average of runs\non the predicted one", color=METHOD,
              transform=left.transAxes)
    left.set(xlabel=FLAT, ylabel="mean of " + PLACE, xlim=(-0.04, 1.06), ylim=(-0.8, 4.4))
    right.plot(zetas, share, **BORDER | {"linewidth": 1.4})
    right.plot(dots["zeta"], dots["share"], "o", color=METHOD, ms=6)
    right.text(0.97, 0.9, "the price", color=METHOD, ha="right", transform=right.transAxes)
    right.set(xlabel=FLAT, ylabel="share of samples that count", xlim=(-0.04, 1.06), ylim=(0, 1.05))
    return fig


@picture
def positions(zetas, middle, low, high, truth, interpolated) -> Figure:
    """Draw the reweighted mean of the published rule over many positions of the bins.

    Args:
        zetas: (K,).
        middle: median over the positions, (K,).
        low: lowest, (K,).
        high: highest, (K,).
        truth: the true mean.
        interpolated: the mean with the interpolated weight at each zeta, (K,).
    """
    fig = figure("one")
    ax = fig.subplots()
    ax.set_title("With a rounded weight the average depends on where bins begin")
    ax.fill_between(zetas, low, high, color=FAILURE, alpha=0.16, lw=0)
    ax.plot(zetas, middle, color=FAILURE)
    ax.plot(zetas, interpolated, color=REPAIRED, lw=2.4)
    ax.axhline(truth, **BORDER)
    ax.text(0.02, truth + 0.18, "truth (dashed) = interpolated weight", color=GREEN)
    ax.text(0.02, 1.1, "published weight: median\nand range over the\npositions of the bins",
            color=FAILURE, va="center")
    ax.set(xlabel=FLAT, ylabel="reweighted mean of " + PLACE, xlim=(0, 1), ylim=(-2, 4.4))
    return fig


@picture
def bins(widths, line, plane_errors) -> Figure:
    """Draw the error of the published fixed point against the width of the bins.

    Args:
        widths: (K,), nats.
        line: in one dimension, "masses" (median L1, (K,)), "mean" (median error, (K,)) and
            "worst" (largest error, (K,)).
        plane_errors: in two, widths (J,) and largest error (J,).
    """
    fig = figure((9.0, 3.8))
    title(fig, "More bins mend the masses; in one dimension they do not mend the average")
    left, right = fig.subplots(1, 2, sharex=True)
    left.loglog(widths, line["masses"], color=METHOD, marker="o", ms=4)
    left.loglog(widths, line["mean"], color=FAILURE, marker="v", ms=5)
    left.loglog(widths, line["worst"], color=FAILURE, marker="v", ms=5, lw=1, ls=(0, (3, 1.5)))
    left.invert_xaxis()
    words = (("error of the mean, worst position", line["worst"], FAILURE, 0, 14),
             ("masses, L1 (dots)", line["masses"], METHOD, 0, 10),
             ("error of the mean (triangles)", line["mean"], FAILURE, 0, -13))
    for name, y, color, dx, dy in words:
        end_label(left, widths[0], y[0], name, color, dx=dx, dy=dy, ha="left")
    left.set(xlabel="width of a bin (nats)", ylabel="error of the published fixed point",
             ylim=(0.02, 12))
    left.set_title("two wells on a line", size=10, pad=4)
    right.loglog(*plane_errors, color=FAILURE, marker="v", ms=5, lw=1, ls=(0, (3, 1.5)))
    right.set(xlabel="width of a bin (nats)", ylabel="worst error of the mean (cm)", ylim=(0.01, 1))
    right.set_title("a plane (the iris posterior below)", size=10, pad=4)
    for ax in (left, right):
        ticks = [w for w in (1, 1 / 4, 1 / 16) if min(widths) <= w <= max(widths)]
        ax.set_xticks(ticks, [f"1/{round(1 / w)}" if w < 1 else "1" for w in ticks])
        ax.set_xticks([], minor=True)
    return fig


@picture
def finite_steps(lrs, means, truth, dots) -> Figure:
    """Draw the mean that long runs with frozen masses would give, against the step.

    Args:
        lrs: step sizes, (K,).
        means: "published" and "interpolated", (K,) each.
        truth: the true mean.
        dots: the same names -> (step, mean, half width of the interval).
    """
    fig = figure("one")
    ax = fig.subplots()
    ax.set_title("The step adds a bias of its own, and more to the rounded weight")
    ax.axhline(truth, **BORDER)
    ax.text(0.058, truth + 0.05, "truth", ha="right")
    for name in ("published", "interpolated"):
        color, marker = STYLES[name]
        ax.semilogx(lrs, means[name], color=color, marker=marker, ms=5)
        ax.errorbar(dots[name][0] * 1.06, *dots[name][1:], fmt="o", color=color, mfc="white", ms=7)
        end_label(ax, lrs[-1], means[name][-1], name, color, dx=12, ha="left")
    ax.set(xlabel="step size lr (parameter units² / nat)", ylabel="reweighted mean of " + PLACE,
           ylim=(1.0, 3.7), xlim=(0.0024, 0.06))
    ax.set_xticks(list(lrs), [f"{v:g}" for v in lrs])
    ax.set_xticks([], minor=True)
    ax.text(0.03, 0.06, "filled: exact law of the chain; open: chains", color=QUIET,
            transform=ax.transAxes)
    return fig


@picture
def fair(estimates, truth, start, errors, unit) -> Figure:
    """Draw each chain's answer as a dot, one row a method.

    Args:
        estimates: method -> one number per chain, (C,).
        truth: by quadrature.
        start: where all chains began.
        errors: method -> root mean square error.
        unit: words for the axis.
    """
    fig = figure((9.0, 4.0))
    title(fig, "Of five trapped walkers the one with a hot twin gets it right")
    ax = fig.subplots()
    rng = np.random.default_rng(0)
    for row, (name, values) in enumerate(estimates.items()):
        (color, marker), values = STYLES[name], np.asarray(values)
        shade = QUIET if name in ("plain", "cyclic") else color
        ax.plot(values, row + rng.uniform(-0.2, 0.2, len(values)), marker, color=color, alpha=0.55,
                ms=4.5, mew=0)
        ax.plot([values.mean()] * 2, [row - 0.33, row + 0.33], color=shade, lw=3)
        ax.text(1.02, row, f"{errors[name]:.2g}", color=shade, va="center", weight="bold",
                transform=ax.get_yaxis_transform())
    ax.axvline(truth, **BORDER | {"linewidth": 1.4})
    ax.axvline(start, color=QUIET, lw=1, ls=":")
    ax.text(truth, -0.62, " truth by quadrature", va="bottom")
    ax.text(start, -0.62, "start ", ha="right", va="bottom", color=QUIET)
    ax.text(1.02, -0.62, "error", va="bottom", transform=ax.get_yaxis_transform())
    ax.set_yticks(range(len(estimates)), [{"published": "contour,\npublished weight",
                                           "interpolated": "contour,\ninterpolated weight"}.get(
        name, name) for name in estimates])
    ax.set(ylim=(len(estimates) - 0.5, -0.65), xlabel=unit)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return fig


@picture
def calibration(curves, counts) -> Figure:
    """Draw how often a predicted chance comes true, one curve a sampler.

    Args:
        curves: name -> (mean predicted chance, observed frequency), (B,) each.
        counts: how many test cases stand behind each dot, (B,).
    """
    fig = figure("one")
    ax = fig.subplots()
    ax.set_title("One well: flattened or not, the chances are equally honest")
    ax.plot([0, 1], [0, 1], **BORDER)
    looks = zip(curves.items(), ((BASELINE, "o", "-"), (METHOD, "^", (0, (5, 1.5))),
                                 (REPAIRED, "v", (0, (1.5, 1)))), strict=True)
    for (name, (said, seen)), (color, marker, line) in looks:
        ax.plot(said, seen, marker=marker, color=color, ls=line, lw=1.6, ms=6, label=name)
    for said, seen, n in zip(*next(iter(curves.values())), counts, strict=True):
        ax.text(said + 0.015, seen - 0.03, f"{n:.0f}", color=QUIET, size=8, va="top")
    ax.legend(loc="upper left")
    ax.text(0.97, 0.05, "numbers: test cases behind each dot", color=QUIET, ha="right", size=9,
            transform=ax.transAxes)
    ax.set(xlabel="predicted chance of a benign tumour", ylabel="observed frequency",
           xlim=(-0.03, 1.08), ylim=(-0.08, 1.08))
    return fig


@picture
def plane(axis, density, paths) -> Figure:
    """Draw the nine wells and the walk of one chain of each kind over them.

    Args:
        axis: of the square grid, (G,).
        density: of the target, (G, G), first index x_1.
        paths: title -> positions, (K, 2).
    """
    fig = figure((9.0, 3.9))
    title(fig, "Nine wells in the plane: flattening leads out of the first, trades lead further")
    colors = (BASELINE, METHOD, EXTRA[0])
    for ax, (name, path), color in zip(fig.subplots(1, 3, sharey=True), paths.items(), colors,
                                       strict=True):
        ax.contour(axis, axis, np.asarray(density).T, levels=6, colors="#CCCCCC", linewidths=0.8)
        ax.plot(*np.asarray(path).T, color=color, lw=0.35, alpha=0.8)
        ax.plot(*np.asarray(path)[0], "o", color=THEORY, ms=5)
        ax.set_title(name, size=10, pad=4)
        ax.set(xlabel="x₁ (parameter units)", aspect="equal", xlim=(axis[0], axis[-1]),
               ylim=(axis[0], axis[-1]))
    fig.axes[0].set_ylabel("x₂ (parameter units)")
    fig.axes[0].text(1.9, 2.15, "start", ha="right")
    return fig


@picture
def referee(shares, truth, flat, dots) -> Figure:
    """Draw truth and flattened mean against the share of the small mode.

    Args:
        shares: of the curves, (K,).
        truth: true mean, (K,).
        flat: mean of the flattened density, (K,).
        dots: "share" (S,), "flat" and "reweighted" (mean, half width) of shape (2, S).
    """
    fig = figure((9.0, 3.9))
    ax = fig.subplots()
    title(fig, "The reviewer is right: symmetric modes survive flattening, skewed ones do not")
    ax.fill_between(shares, flat, truth, color=TINT, lw=0)
    ax.plot(shares, truth, color=THEORY, lw=1.4)
    ax.plot(shares, flat, **BORDER | {"linewidth": 1.4})
    for name, color, dx in (("flat", METHOD, 0.0), ("reweighted", REPAIRED, 0.004)):
        ax.errorbar(np.asarray(dots["share"]) + dx, *dots[name], fmt="o", color=color, ms=6, lw=1.6)
    ax.text(0.21, 2.75, "truth (solid) and reweighted runs", color=GREEN)
    ax.text(0.115, 1.75, "dragged to the centre", color=FAILURE, rotation=-14)
    ax.text(0.06, 0.02, "plain average of flattened runs, quadrature (dashed)", color=METHOD,
            va="top")
    ax.set(xlabel="share of the small mode (0.5 is symmetric)", ylabel="mean of " + PLACE,
           xlim=(0, 0.53), ylim=(-0.7, 4.3))
    return fig
