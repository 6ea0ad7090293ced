"""The panels of chapter 07: how fast to grow, and what a price does."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from gradcourse.methods.nimble import born, size_path
from gradcourse.pictures.nimble_parts import quick
from gradcourse.pictures.nimble_parts.figures import BORDER, CURVE, QUIET, SIZE, STEP, network
from gradcourse.pictures.panel import Panel, Slider
from gradcourse.pictures.style import BASELINE, FAILURE, METHOD, end_label, figure
from gradcourse.problems import bessel_curve

LARGEST = 8  # neurons a panel's network can have


class Grown(NamedTuple):
    """What the growth panel shows."""

    curve: np.ndarray  # the grown network's, (n,)
    still: np.ndarray  # the static network's, (n,)
    sizes: np.ndarray  # N of the grown one, (steps + 1,)
    predicted: np.ndarray  # Adam on the size loss alone, (steps + 1,)
    losses: np.ndarray  # of both, (steps, 2): grown, static
    target: int
    errors: tuple  # at the end: grown, static


class GrowPanel(Panel):
    """How fast should a network grow?"""

    sliders = (Slider("lr_size", "lr of the size", 0.005, 1.0, 0.03, 0.05, log=True,
                      unit="neurons/step"),
               Slider("target", "target size", 2, LARGEST, 6, 1, unit="neurons"),
               Slider("seed", "first weights no.", 0, 11, 0, 1))
    strip = ({}, {"lr_size": 0.6}, {"lr_size": 0.008})
    alt = ("Left, data and two fits; right, the size and both errors over 600 steps, and the "
           "network. Grown at 0.03 a step it fits and the static one does not; at 0.6 it is full "
           "at once and stuck as well; at 0.008 it never reaches its size.")
    steps = 600

    def __init__(self):
        whole, y = (part[:, 0].numpy() for part in bessel_curve(481))
        self.x, self.y, self.dense = whole[::8], y[::8], whole
        self.everything = y

    def compute(self, *, lr_size: float, target: int, seed: int) -> Grown:
        """Train both networks."""
        how = quick.Settings(self.steps, lr_size=lr_size, target=float(target))
        mine = quick.run(_first(seed, target), [0.5], self.x, self.y, how)
        curve = quick.fit(mine.neurons, mine.bias, mine.sizes[-1], self.dense)[0]
        still, static = self._static(target, seed)
        path = size_path(lr_size, self.steps, 0.5, float(target), drop=how.drop)
        path = np.maximum.accumulate(np.minimum(path, target))  # full is full: no pull, no way back
        errors = tuple(float(np.mean((c - self.everything) ** 2)) for c in (curve, still))
        return Grown(curve, still, mine.sizes[:, 0], path,
                     np.stack([mine.losses[:, 0], static], 1), target, errors)

    @lru_cache(maxsize=128)  # noqa: B019  (a panel lives as long as its page)
    def _static(self, target: int, seed: int):
        run = quick.run(_first(seed, target), [float(target)], self.x, self.y,
                        quick.Settings(self.steps))
        return quick.fit(run.neurons, run.bias, run.sizes[-1], self.dense)[0], run.losses[:, 0]

    def draw(self) -> Figure:
        """Draw axes and labels; make what moves."""
        fig = figure((9.0, 4.4))
        grid = fig.add_gridspec(2, 3, width_ratios=(2.2, 1.9, 0.8))
        fit, size, loss, net = (fig.add_subplot(part) for part in (
            grid[:, 0], grid[0, 1], grid[1, 1], grid[:, 2]))
        fit.plot(self.x, self.y, ".", color=BASELINE, ms=5, alpha=0.6, mew=0)
        fit.set(xlabel="input x", ylabel=CURVE, ylim=(-2.3, 3.4))
        fit.set_xticks([-1, -0.5, 0, 0.5, 1])
        size.set(xlim=(0, self.steps), ylim=(0, LARGEST + 0.9), ylabel=SIZE)
        loss.set(xlim=(0, self.steps), ylim=(3e-4, 3), yscale="log", xlabel=STEP,
                 ylabel="error (variances)")
        net.set_title("the network", size=10)
        self.still, = fit.plot([], [], color=BASELINE, lw=1.5, animated=True)
        self.curve, = fit.plot([], [], color=METHOD, animated=True)
        self.goal, = size.plot([0, self.steps], [0, 0], color=BASELINE, lw=1, animated=True)
        self.path, = size.plot([], [], color=METHOD, animated=True)
        self.theory, = size.plot([], [], animated=True, **BORDER)
        self.slow, = loss.plot([], [], color=BASELINE, lw=1.3, animated=True)
        self.fast, = loss.plot([], [], color=METHOD, animated=True)
        self.notes = [fit.text(0.97, 0.96, "", transform=fit.transAxes, ha="right", va="top",
                               color=QUIET, animated=True),
                      fit.text(0.97, 0.89, "", transform=fit.transAxes, ha="right", va="top",
                               color=METHOD, animated=True)]
        word = size.text(0.97, 0.06, "dashed: Adam on the size loss alone", fontsize=8.5,
                         transform=size.transAxes, ha="right", animated=True)
        self.parts = network(net, np.zeros(LARGEST))
        inside = [artist for pair in self.parts for artist in pair]
        for artist in inside:
            artist.set_animated(True)
        self.moving = [self.still, self.curve, self.goal, self.path, self.theory, self.slow,
                       self.fast, *self.notes, word, *inside]
        return fig

    def update(self, data: Grown) -> None:
        """Move curves, numbers and neurons."""
        steps = np.arange(self.steps + 1)
        self.still.set_data(self.dense, data.still)
        self.curve.set_data(self.dense, data.curve)
        self.goal.set_ydata([data.target] * 2)
        self.path.set_data(steps, data.sizes)
        self.theory.set_data(steps, data.predicted)
        self.fast.set_data(steps[:-1], data.losses[:, 0])
        self.slow.set_data(steps[:-1], data.losses[:, 1])
        self.notes[0].set_text(f"born with {data.target}: error {data.errors[1]:.2g}")
        self.notes[1].set_text(f"grown to {data.sizes[-1]:.2g}: error {data.errors[0]:.2g}")
        shares = quick.shares(data.sizes[-1:], LARGEST)[0][0]
        for (line, disc), share in zip(self.parts, shares, strict=True):
            line.set_alpha(float(share))
            disc.set_alpha(float(share))

    def caption(self, data: Grown) -> str:
        """Say whether growth was too slow, too fast or in between, and what it gave."""
        end, full = data.sizes[-1], data.sizes >= data.target - 0.25
        ratio = data.errors[1] / data.errors[0]
        gain = (f"the grown error is {ratio:.2g} times smaller than the static one" if ratio > 1.1
                else "the grown network is no better than the static one")
        if end < data.target - 0.5:
            return f"Too slow: N ends at {end:.2g} of {data.target}; {gain}."
        first = int(full.argmax()) if full.any() else self.steps
        if first <= 60:
            return f"Full after {first} steps, hardly different from born large: {gain}."
        return f"N comes near {data.target} after {first} of {self.steps} steps: {gain}."


class Priced(NamedTuple):
    """What the price panel shows."""

    sizes: np.ndarray  # N of every run, (steps + 1, R)
    parts: np.ndarray  # share of the last neuron that is open, (R,), NaN when all are shut
    weights: np.ndarray  # its output weight's size, (R,)
    others: float  # median output weight of the neurons before it


class PricePanel(Panel):
    """What does a price on neurons lead to?"""

    sliders = (Slider("price", "price", 1e-4, 1.0, 3e-3, 0.1, log=True, unit="variances/neuron"),
               Slider("start", "first size", 0.5, 6.0, 4.0, 0.25, unit="neurons"),
               Slider("softness", "softness of the mask", 0.0, 1.0, 0.0, 0.05, unit="neurons"))
    strip = ({}, {"price": 0.3}, {"start": 0.5})
    alt = ("Left, the sizes of eight runs under a price; right, the open share of each last neuron "
           "against its output weight. At a low price sizes stop between whole numbers; at a high "
           "one some fall below zero, where nothing is left to learn; from half a neuron all do.")
    steps, runs = 300, 8

    def __init__(self):
        self.x, self.y = (part[::16, 0].numpy() for part in bessel_curve(481))

    def compute(self, *, price: float, start: float, softness: float) -> Priced:
        """Train eight networks with no floor under their size."""
        how = quick.Settings(self.steps, lr_size=0.05, weight=1.0, price=price, softness=softness,
                             low=-np.inf)
        first = np.concatenate([_first(seed, LARGEST) for seed in range(self.runs)])
        run = quick.run(first, np.full(self.runs, start), self.x, self.y, how)
        end, v = run.sizes[-1], np.abs(run.neurons[..., 2])
        last = np.clip(np.ceil(end).astype(int) - 1, 0, LARGEST - 1)
        rows = np.arange(self.runs)
        parts = quick.shares(end, LARGEST, softness)[0][rows, last]
        before = v[np.arange(LARGEST) < last[:, None]]
        return Priced(run.sizes, np.where(end > 0, parts, np.nan), v[rows, last],
                      float(np.median(before)) if len(before) else np.nan)

    def draw(self) -> Figure:
        """Draw axes and labels; make what moves."""
        fig = figure((9.0, 4.0))
        left, right = fig.subplots(1, 2, width_ratios=(1.3, 1))
        left.set(xlim=(0, self.steps), ylim=(-11, 9), xlabel=STEP, ylabel=SIZE)
        left.axhline(0, **BORDER)
        left.text(0.97, 0.5, "below: every neuron is shut", va="top", ha="right", fontsize=9,
                  transform=left.transAxes)
        left.set_yticks([-10, -5, 0, 5])
        right.set(xlim=(0, 1.05), ylim=(0, 8), xlabel="open share of the last neuron",
                  ylabel="its output weight |v|\n(standard deviations)")
        self.paths = [left.plot([], [], lw=1.2, animated=True)[0] for _ in range(self.runs)]
        self.dots, = right.plot([], [], "o", color=METHOD, ms=7, mec="white", animated=True)
        self.typical, = right.plot([0, 1.05], [0, 0], color=BASELINE, lw=1.3, animated=True)
        self.same, = right.plot([], [], animated=True, **BORDER)
        self.name = end_label(right, 1.04, 0, "typical weight", QUIET, ha="right", dx=0, dy=-8,
                              animated=True)
        self.key = right.text(0.97, 0.96, "", transform=right.transAxes, ha="right", va="top",
                              animated=True)
        self.moving = [*self.paths, self.typical, self.same, self.dots, self.name, self.key]
        return fig

    def update(self, data: Priced) -> None:
        """Move paths and dots; a path that ends shut is vermillion."""
        for line, sizes in zip(self.paths, data.sizes.T, strict=True):
            line.set_data(np.arange(self.steps + 1), sizes)
            line.set_color(FAILURE if sizes[-1] <= 0 else METHOD)
        self.dots.set_data(data.parts, np.minimum(data.weights, 7.9))
        known = np.isfinite(data.others)
        self.typical.set_ydata([data.others] * 2 if known else [-1, -1])
        self.name.xy = (1.04, data.others if known else 0)
        self.name.set_text("typical weight" if known else "")
        open_now = np.isfinite(data.parts)
        share = np.linspace(0.05, 1.05, 60)
        level = np.median((data.parts * data.weights)[open_now]) if open_now.any() else np.nan
        self.same.set_data(share, level / share)
        self.key.set_text("dashed: the same function" if open_now.any() else "all are shut")

    def caption(self, data: Priced) -> str:
        """Say how many fell shut and where the others stopped."""
        end = data.sizes[-1]
        shut = int((end <= 0).sum())
        if shut == self.runs:
            return "All eight fall below zero: every mask is 0, and only the price still pulls."
        middle = float(np.median(end[end > 0]))
        text = f"{self.runs - shut} of {self.runs} stop, in the middle at {middle:.2g} neurons"
        return text + (f"; {shut} fall below zero and never return." if shut else ".")


def _first(seed: int, capacity: int) -> np.ndarray:
    return born([seed], 1, 1, capacity).neurons.numpy()
