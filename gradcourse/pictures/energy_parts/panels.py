"""The panels of chapter 05: sharing guesses, the spread of weights, the trap."""

from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from matplotlib.figure import Figure

from gradcourse.methods.energy import log_mean_bias, second_moment_unary, tau_bias
from gradcourse.pictures.energy_parts.figures import BORDER, INPUT, PARTITION, QUIET
from gradcourse.pictures.panel import Panel, Slider
from gradcourse.pictures.style import (
    BASELINE,
    FAILURE,
    METHOD,
    REPAIRED,
    end_label,
    figure,
)
from gradcourse.problems import Switches, bumps

POINTS, MOST = 60, 60  # inputs of the toy, largest number of guesses
CAP = 10 * np.log(2)  # past it the exponential goes on by its tangent
QUIETER = {"facecolor": "white", "edgecolor": "none", "pad": 1}


def share(weights: np.ndarray, features: np.ndarray, turns: int = 60) -> np.ndarray:
    """Find the tau = features @ v with the least sum of tau + w exp(-tau), by damped Newton.

    Args:
        weights: mean of exp g over the guesses at each input, (N,), > 0.
        features: (N, K), each row summing to one.
        turns: most steps.

    Returns:
        tau at each input, (N,), nats.
    """
    v = np.full(features.shape[1], np.log(weights.mean()))
    ridge = 1e-6 * np.eye(len(v))
    for _ in range(turns):
        pull = weights * np.exp(-features @ v)
        slope = features.T @ (1 - pull)
        move = np.linalg.solve(features.T @ (pull[:, None] * features) + ridge, slope)
        size = min(1.0, 2.0 / max(np.abs(move).max(), 1e-12))
        v = v - size * move
        if np.abs(move).max() < 1e-7:
            break
    return features @ v


class Share(NamedTuple):
    """What the first panel shows."""

    exact: np.ndarray  # log-partition, (60,)
    alone: np.ndarray  # log of each input's own average, (60,)
    shared: np.ndarray  # learnt tau, (60,)
    band: np.ndarray  # half width of the noise law, (60,)
    errors: tuple[float, float]  # root mean square, shared and alone, nats
    settings: tuple[int, int]  # S, K


class SharePanel(Panel):
    """Frozen guesses at sixty inputs, fitted by a curve of K bumps."""

    sliders = (Slider("guesses", "guesses S", 1, MOST, 10, 1),
               Slider("bumps", "bumps K", 1, POINTS, 7, 1),
               Slider("sharpness", "sharpness", 0.25, 2.5, 1.0, 0.05))
    strip = ({}, {"sharpness": 2.2}, {"bumps": 60})
    alt = ("Log-partition against the input: dots, one average each, scatter widely; a curve of "
           "seven bumps through their guesses follows the exact dashed line. With sharper scores "
           "both lie far too low; with sixty bumps the curve runs through every dot.")
    x = torch.linspace(-3, 3, POINTS, dtype=torch.float64)

    def compute(self, *, guesses: int, bumps: int, sharpness: float) -> Share:
        """Draw the guesses, average them, fit the curve."""
        toy, guesses = Switches(sharpness), int(guesses)
        y = torch.randint(2, (POINTS, MOST, toy.k), generator=torch.Generator().manual_seed(1))
        exact = toy.log_partition(self.x).numpy()
        weights = toy.scores(self.x, y[:, :guesses].double()).exp().mean(1).numpy()
        shared = share(weights, _bumps(int(bumps)))
        band = np.sqrt(toy.spread(self.x).numpy() * bumps / (POINTS * guesses))
        alone = np.log(weights)
        errors = tuple(float(np.sqrt(((line - exact) ** 2).mean())) for line in (shared, alone))
        return Share(exact, alone, shared, band, errors, (guesses, int(bumps)))

    def draw(self) -> Figure:
        """Draw axes and labels; make what moves."""
        fig = figure((9.0, 4.0))
        ax = fig.subplots()
        ax.set(xlim=(-3.1, 3.1), ylim=(-5, 11), xlabel=INPUT, ylabel=PARTITION)
        ax.set_xticks(np.arange(-3, 4))
        self.axes = ax
        self.band, = ax.fill(*self._ribbon(np.zeros(POINTS), np.zeros(POINTS)).T,
                             color="#000000", alpha=0.1, lw=0, animated=True)
        self.dots, = ax.plot([], [], "o", color=BASELINE, ms=5, alpha=0.7, mew=0, animated=True)
        self.line, = ax.plot([], [], color=METHOD, lw=2.6, animated=True)
        self.exact, = ax.plot([], [], animated=True, **BORDER)
        words = (("● each x alone", QUIET), ("learnt τ(x), shared", METHOD),
                 ("dashed: the sum; band: noise law", "#000000"))
        key = [ax.text(0.015, 0.2 - 0.075 * i, text, color=color, transform=ax.transAxes,
                       animated=True) for i, (text, color) in enumerate(words)]
        self.moving = [self.band, self.dots, self.exact, self.line, *key]
        return fig

    def _ribbon(self, middle, half):
        x = self.x.numpy()
        return np.stack([np.r_[x, x[::-1]], np.r_[middle + half, (middle - half)[::-1]]], 1)

    def update(self, data: Share) -> None:
        """Move dots, curve and band."""
        self.band.set_xy(self._ribbon(data.exact, np.minimum(data.band, 30)))
        for line, y in ((self.dots, data.alone), (self.line, data.shared),
                        (self.exact, data.exact)):
            line.set_data(self.x, np.clip(y, -4.9, 10.9))

    def caption(self, data: Share) -> str:
        """Say how far off both are, and whether that is noise or stiffness."""
        (shared, alone), (S, K) = data.errors, data.settings
        noise = float(np.sqrt((data.band**2).mean()))
        text = f"Off by {shared:.2f} nats with τ shared, by {alone:.2f} with each x alone"
        if K >= POINTS / 2:
            return f"{text}: {K} bumps share next to nothing, so the curve repeats the dots."
        if noise > 1:
            return f"{text}: past the border, the noise law says {noise:.1f}, over one nat."
        if shared > 2 * noise:
            return f"{text}: the noise law says {noise:.2f}; the rest is too stiff a curve."
        return f"{text}: as the noise law says, {noise:.2f} from {S} guesses and {K} bumps."


@cache
def _bumps(count: int) -> np.ndarray:
    return bumps(SharePanel.x, count).numpy()


class Spread(NamedTuple):
    """What the panel of weights shows; switches 1 .. 40."""

    learnt: np.ndarray  # bias of plain steps on tau, (40,), nats
    averaged: np.ndarray  # size of the bias of the logarithm of an average, (40,), nats
    guided: np.ndarray  # bias of the steps with better guesses, (40,), nats
    k: int
    moment: float  # E w^2 at k
    settings: tuple[int, float]  # S, lr


class SpreadPanel(Panel):
    """How the spread of the weights grows with the number of switches."""

    sliders = (Slider("switches", "switches k", 1, 40, 10, 1),
               Slider("guesses", "guesses S", 1, 400, 10, 1),
               Slider("lr", "step on τ", 0.01, 1.0, 0.1, 0.05, log=True))
    strip = ({}, {"switches": 30}, {"guesses": 200})
    alt = ("Bias against the number of switches on a log axis: both lines rise exponentially; the "
           "log of an average crosses one nat at about a dozen switches, the learnt number at "
           "twenty; guesses from rough classifiers rise far more slowly.")
    scores = torch.randn(400, 40, dtype=torch.float64, generator=torch.Generator().manual_seed(5))

    def compute(self, *, switches: int, guesses: int, lr: float) -> Spread:
        """Compute median spreads of 400 draws of standard normal scores."""
        plain, better = _moments()
        S, k = int(guesses), int(switches)
        lines = [np.array([bias(m - 1) for m in moments])
                 for bias, moments in ((lambda c: tau_bias(lr, c, S), plain),
                                       (lambda c: -log_mean_bias(c, S), plain),
                                       (lambda c: tau_bias(lr, c, S), better))]
        return Spread(*lines, k, plain[k - 1], (S, lr))

    def draw(self) -> Figure:
        """Draw axes and labels; make what moves."""
        fig = figure((9.0, 4.0))
        ax = fig.subplots()
        ax.set(xlim=(0, 53), ylim=(1e-6, 1e3), yscale="log", xlabel="switches k (count)",
               ylabel="size of the bias (nats)")
        ax.fill_between([0, 40], 1, 1e3, color=FAILURE, alpha=0.08, lw=0)
        ax.plot([0, 40], [1, 1], **BORDER)
        ax.text(0.5, 300, "past one nat the laws are only a warning", fontsize=9, color=QUIET)
        ax.set_xticks(range(0, 41, 10))
        self.lines = [ax.plot([], [], color=color, ls=ls, animated=True, lw=width)[0]
                      for color, ls, width in ((METHOD, "-", 2.4), (FAILURE, "-", 1.6),
                                               (REPAIRED, (0, (6, 1.5)), 1.8))]
        names = (("learnt τ", METHOD), ("log of an average", FAILURE),
                 ("learnt τ, guesses from\nrough classifiers", REPAIRED))
        self.names = [end_label(ax, 40, 1, text, color, animated=True, fontsize=9)
                      for text, color in names]
        self.mark, = ax.plot([], [], "o", color=METHOD, ms=9, mec="white", animated=True)
        self.here, = ax.plot([], [], animated=True, color=QUIET, lw=0.8, ls=":")
        self.moving = [self.here, *self.lines, self.mark, *self.names]
        return fig

    def update(self, data: Spread) -> None:
        """Move the three lines and the mark."""
        k = np.arange(1, 41)
        for line, name, y in zip(self.lines, self.names,
                                 (data.learnt, data.averaged, data.guided), strict=True):
            line.set_data(k, np.clip(y, 1.2e-6, 9e2))
            name.xy = (40, float(np.clip(y[-1], 3e-6, 4e2)))
        close = 0.5 < self.names[0].xy[1] / self.names[1].xy[1] < 2
        if close:
            self.names[0].xy = (40, self.names[1].xy[1] / 4)
        self.mark.set_data([data.k], [np.clip(data.learnt[data.k - 1], 1.2e-6, 9e2)])
        self.here.set_data([data.k, data.k], [1e-6, 1e3])

    def caption(self, data: Spread) -> str:
        """Say how spread out the weights are, and what that costs."""
        S, lr = data.settings
        low, high = data.learnt[data.k - 1], data.averaged[data.k - 1]
        text = (f"{data.k} switches: mean squared weight {data.moment:,.3g}. With {S} guesses and "
                f"step {lr:.2g}, τ rests {low:.2g} too high, an average {high:.2g} too low.")
        need = max(1, int(np.ceil(lr * (data.moment - 1) / 0.4)))
        return text + f" For a tenth of a nat: S = {need:,}."


@cache
def _moments() -> tuple[np.ndarray, np.ndarray]:
    """Median E w^2 of the first k switches: uniform guesses, and chances from 0.7 of the scores."""
    u = SpreadPanel.scores
    plain = torch.stack([second_moment_unary(u[:, :k]).median() for k in range(1, 41)])
    p, r = u.sigmoid(), (0.7 * u).sigmoid()
    each = (p**2 / r + (1 - p) ** 2 / (1 - r)).log().cumsum(1)
    return plain.numpy(), each.exp().median(0).values.numpy()


class Trap(NamedTuple):
    """What the failure laboratory shows."""

    steps: np.ndarray  # (N,)
    learnt: np.ndarray  # true losses, (N,), nats
    averaged: np.ndarray
    said: np.ndarray  # what the average's own training loss says, (N,), nats
    best: float  # loss of the true law, nats
    far: float  # KL of the true law from uniform, nats
    guesses: int


class TrapPanel(Panel):
    """One input, a thousand states, eleven numbers to learn: only the guesses are random."""

    sliders = (Slider("guesses", "guesses S", 1, 60, 5, 1),
               Slider("sharpness", "sharpness of the truth", 0.5, 3.0, 2.2, 0.1),
               Slider("lr", "step", 0.02, 0.5, 0.1, 0.1, log=True))
    strip = ({}, {"guesses": 60}, {"sharpness": 0.8})
    alt = ("True loss against steps: the learnt log-partition falls to the best possible; the log "
           "of an average of five guesses climbs far above knowing nothing while its own training "
           "loss falls below zero. With sixty guesses both fall.")
    turns, every = 300, 15

    def compute(self, *, guesses: int, sharpness: float, lr: float) -> Trap:
        """Train both ways on the exact law, with the same guesses."""
        S = int(guesses)
        F, moments, L, far = _truth(round(float(sharpness), 6))
        picks = np.random.default_rng(3).integers(len(F), size=(self.turns, 60))[:, :S]
        nothing, best = 10 * np.log(2), L
        paths = [self._train(F, moments, picks, lr, learn) for learn in (True, False)]
        (learnt, _), (averaged, said) = paths
        steps = np.arange(0, self.turns + 1, self.every)
        return Trap(steps, learnt + nothing, averaged + nothing, said + nothing, best, far, S)

    def _train(self, F, moments, picks, lr, learn):
        """Take Adam's steps; return true losses and the method's own, relative to uniform."""
        w, first, second, true, own = np.zeros(12), np.zeros(12), np.zeros(12), [], []
        for k, at in enumerate([*picks, picks[-1]]):
            rows, tau = F[at], w[11]
            g = rows @ w[:11]
            if k % self.every == 0:
                true.append(_log_mean(F @ w[:11]) - moments @ w[:11])
                own.append(_log_mean(g) - moments @ w[:11])
            pull = np.exp(np.minimum(g - (tau if learn else g.max()), CAP))
            pull /= len(at) if learn else pull.sum()
            slope = np.append(pull @ rows - moments, 1 - pull.sum())
            first = 0.9 * first + 0.1 * slope
            second = 0.99 * second + 0.01 * slope**2
            size = lr * (1 - k / self.turns) * np.sqrt(1 - 0.99 ** (k + 1)) / (1 - 0.9 ** (k + 1))
            w = w - size * first / (np.sqrt(second) + 1e-8)
        return np.array(true), np.array(own)

    def draw(self) -> Figure:
        """Draw axes and labels; make what moves."""
        fig = figure((9.0, 4.0))
        ax = fig.subplots()
        ax.set(xlim=(0, 420), ylim=(-15, 15), xlabel="training step (count)",
               ylabel="loss (nats)")
        ax.plot([0, 300], [10 * np.log(2)] * 2, color="#000000", lw=0.8, ls=":")
        ax.text(3, 10 * np.log(2) + 0.3, "knowing nothing: 10 log 2", fontsize=9)
        ax.set_xticks(range(0, 301, 50))
        self.best, = ax.plot([], [], animated=True, **BORDER)
        looks = ((METHOD, "-", 2.4), (FAILURE, "-", 2.0), (FAILURE, (0, (1.5, 1)), 1.2))
        self.lines = [ax.plot([], [], color=c, ls=ls, lw=lw, animated=True)[0]
                      for c, ls, lw in looks]
        names = (("learnt τ, true loss", METHOD), ("average, true loss", FAILURE),
                 ("average, its own loss", FAILURE), ("dashed: the true law", "#000000"))
        self.names = [end_label(ax, 300, 0, text, color, animated=True, fontsize=9)
                      for text, color in names]
        self.moving = [self.best, *self.lines, *self.names]
        return fig

    def update(self, data: Trap) -> None:
        """Move the curves and keep their names apart."""
        ends = []
        for line, y in zip(self.lines, (data.learnt, data.averaged, data.said), strict=True):
            line.set_data(data.steps, np.clip(y, -15, 15))
            ends.append(float(np.clip(y[-1], -14, 14)))
        self.best.set_data([0, 300], [data.best] * 2)
        ends.append(data.best)
        for name, y in zip(self.names, _apart(ends, 2.2), strict=True):
            name.xy = (300, float(np.clip(y, -14.5, 14.5)))

    def caption(self, data: Trap) -> str:
        """Say whether the average cheats, and what theory says about S."""
        gap, need = data.averaged[-1] - data.learnt[-1], np.exp(data.far)
        text = f"S = {data.guesses}, and exp KL = {need:.0f}. "
        if data.averaged[-1] > 10 * np.log(2):
            return text + (f"The average ends {gap:.1f} nats above learnt τ, worse than knowing "
                           f"nothing, while its own loss says {data.said[-1]:.1f}.")
        if gap > 0.2:
            return text + f"The average ends {gap:.1f} nats above learnt τ: too few guesses."
        return text + "Both ways end alike: enough guesses for this truth."


def _log_mean(g):
    top = g.max()
    return float(np.log(np.exp(g - top).mean()) + top)


def _apart(values, least):
    """Push numbers apart until neighbours differ by `least`, keeping their order."""
    order, placed = np.argsort(values, kind="stable"), np.array(values, dtype=float)
    for _ in range(30):
        for a, b in zip(order[:-1], order[1:], strict=True):
            gap = least - (placed[b] - placed[a])
            if gap > 1e-6:
                placed[a] -= gap / 2
                placed[b] += gap / 2
    return placed


@cache
def _truth(sharpness: float):
    """Features of all states, their exact means, the entropy and KL from uniform, at x = 0.9."""
    toy = Switches(sharpness)
    y = toy.states
    F = torch.cat([y, (y[:, 1:] * y[:, :-1]).sum(1, keepdim=True)], 1)
    logs = toy.scores(torch.tensor([0.9], dtype=torch.float64), y)[0].log_softmax(0)
    entropy = -float((logs.exp() * logs).sum())
    return F.numpy(), (logs.exp() @ F).numpy(), entropy, 10 * np.log(2) - entropy


PANELS = {"share": SharePanel, "spread": SpreadPanel, "trap": TrapPanel}
