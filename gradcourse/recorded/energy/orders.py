"""Label ranking: learn to order the classes as a naive Bayes classifier does."""

import math
from typing import NamedTuple

import torch
from scipy.stats import kendalltau
from torch import Tensor

from gradcourse.data import class_rankings, iris, wine
from gradcourse.data import digits as load_digits
from gradcourse.evidence import paired_interval
from gradcourse.methods import energy
from gradcourse.models import CrowdMLP, train_crowds

SMALL = ("exact", "tau 10", "tau 100", "sparsemax 100", "chain 5", "chain 20", "min-max 10",
         "matching exact", "matching tau 100")
DIGITS = ("exact", "tau 10", "tau 50", "tau 200", "tau 1000", "guided 10", "guided 50",
          "sparsemax 200", "chain 1", "chain 5", "chain 20", "chain 50", "min-max 10")


class Cut(NamedTuple):
    """One cut of a data set for each seed."""

    x: Tensor  # learnt from, (R, N, d), standardised
    y: Tensor  # centred ranks, (R, N, k)
    x_test: Tensor  # unseen, (R, M, d)
    y_test: Tensor  # (R, M, k)


def small(device, progress, *, seeds=range(1000, 1030), steps=600, batch=64, lr=5e-3):
    """Rank the classes of iris and wine, four fifths learnt from, one fifth unseen.

    Returns:
        For each data set and method one number a seed: Kendall's tau in percent, exact test loss
        in nats (logistic links) and R2 of the learnt log-partition on unseen rows; and differences
        from "tau 100" in Kendall's tau with their intervals.
    """
    result = {}
    for name, load in (("iris", iris), ("wine", wine)):
        table = load()
        ranks = class_rankings(*table)
        cut = _cut(table.x, ranks, seeds, 4 * len(ranks) // 5, device)
        rows = {method: _scored(method, cut, seeds, steps=steps, batch=batch, lr=lr)
                for method in progress(SMALL)}
        result[name] = {"methods": rows, "tau 100 minus": _minus(rows, "tau 100")}
    return result


def digits(device, progress, *, seeds=range(1000, 1005), steps=300, batch=64, lr=5e-3,
           train=1000, test=300):
    """Rank the ten classes of digits: 3,628,800 states, exact losses by the subset recursion.

    Returns:
        What `small` returns for one data set.
    """
    part = load_digits(train=1796)
    x, labels = torch.cat([part.x_train, part.x_test]), torch.cat([part.y_train, part.y_test])
    ranks = class_rankings(x, labels, smoothing=1e-2)
    cut = _cut(x, ranks, seeds, train, device, test=test)
    rows = {method: _scored(method, cut, seeds, steps=steps, batch=batch, lr=lr)
            for method in progress(DIGITS)}
    return {"methods": rows, "tau 200 minus": _minus(rows, "tau 200")}


def _cut(x, ranks, seeds, train, device, test=None) -> Cut:
    """Shuffle by each seed; standardise by what is learnt from, clipped at three deviations."""
    parts = []
    for seed in seeds:
        order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
        seen, unseen = order[:train], order[train:][:test]
        mean, sd = x[seen].mean(0), x[seen].std(0).clamp(min=1e-6)
        flat = [((x[rows] - mean) / sd).clamp(-3, 3) for rows in (seen, unseen)]
        parts.append((flat[0], ranks[seen], flat[1], ranks[unseen]))
    return Cut(*(torch.stack(part).float().to(device) for part in zip(*parts, strict=True)))


class Learner:
    """R networks that score k things, their log-partitions, and one rule to train them by."""

    def __init__(self, method: str, cut: Cut, seed: int):
        self.kind, _, budget = method.removeprefix("matching ").partition(" ")
        self.budget, self.matching = int(budget or 0), method.startswith("matching")
        R, _, d = cut.x.shape
        self.k, device = cut.y.shape[-1], cut.x.device
        start = torch.Generator().manual_seed(seed)
        self.g = torch.Generator(device).manual_seed(seed)
        outputs = self.k**2 if self.matching else self.k
        self.net = CrowdMLP(R, d, outputs, generator=start).to(device)
        self.tau = CrowdMLP(R, d, 1, scale=0.0, generator=start).to(device)
        self.rival = CrowdMLP(R, d, self.k, scale=0.0, generator=start).to(device)
        self.chains = energy.uniform_permutations(*cut.y.shape, generator=self.g, device=device)
        self.cut, self.cap = cut, math.lgamma(self.k + 1)

    def scores(self, theta: Tensor, y: Tensor) -> Tensor:
        """Score rankings (R, B, S, k) or shared ones (R, 1, S, k): (R, B, S)."""
        if self.matching:
            y = _one_hot(y)
        return (theta[:, :, None] @ y.mT)[:, :, 0] if y.shape[1] > 1 else theta @ y[:, 0].mT

    def exact(self, theta: Tensor) -> Tensor:
        """Sum over all rankings."""
        if self.matching:
            return energy.log_partition_matchings(theta.unflatten(-1, (self.k, self.k)))
        return energy.log_partition_permutations(theta)

    def losses(self, rows: Tensor) -> Tensor:
        """Return each network's mean loss on its rows (R, B)."""
        R = torch.arange(len(rows), device=rows.device)[:, None]
        x, y = self.cut.x[R, rows], self.cut.y[R, rows]
        theta = self.net(x)
        g_pos = self.scores(theta, y[:, :, None])[..., 0]
        if self.kind == "exact":
            return (self.exact(theta) - g_pos).mean(1)
        if self.kind == "chain":
            walked = energy.swap_chain(self.chains[R, rows], theta.detach(), moves=self.budget,
                                       generator=self.g)
            self.chains[R, rows] = walked
            return (self.scores(theta, walked[:, :, None])[..., 0] - g_pos).mean(1)
        if self.kind == "min-max":
            a = self.rival(x)
            y = energy.plackett_luce(a.detach(), self.budget, generator=self.g)
            log_p = energy.plackett_luce_log_prob(a, y)
            g_guess = self.scores(theta, y)
            return sum(energy.min_max_losses(g_pos, g_guess, log_p, -self.cap)).mean(1)
        link = "sparsemax" if self.kind == "sparsemax" else "logistic"
        y, weights = self._guesses(theta.detach())
        return energy.joint_loss(g_pos, self.scores(theta, y), self.tau(x)[..., 0], link,
                                 log_weights=weights, cap=self.cap).mean(1)

    def _guesses(self, theta):
        """Draw uniform rankings for all rows, or, guided, half of them near the model's own."""
        S, shape = self.budget, theta.shape[:2]
        options = {"generator": self.g, "device": theta.device}
        if self.kind != "guided":
            return energy.uniform_permutations(shape[0], 1, S, self.k, **options), None
        half = energy.uniform_permutations(*shape, S // 2, self.k, **options)
        near = energy.plackett_luce(2 * theta, S - S // 2, generator=self.g)
        y = torch.cat([half, near], 2)
        log_near = energy.plackett_luce_log_prob(2 * theta, y) + self.cap  # over the uniform law's
        return y, -torch.logaddexp(log_near, torch.zeros_like(log_near)) + math.log(2)


def _one_hot(y):
    k = y.shape[-1]
    places = (y + (k - 1) / 2).round().long()
    return torch.nn.functional.one_hot(places, k).flatten(-2).to(y.dtype)


def _scored(method, cut, seeds, *, steps, batch, lr) -> dict:
    """Train by one method, then score unseen rows."""
    learner = Learner(method, cut, seeds[0])
    R, N = cut.x.shape[:2]

    def losses(step):
        return learner.losses(torch.randint(N, (R, batch), generator=learner.g,
                                            device=cut.x.device))

    crowds = [learner.net, learner.tau, learner.rival]
    used = [c for c, kinds in zip(crowds, (None, ("tau", "guided", "sparsemax"), ("min-max",)),
                                  strict=True) if kinds is None or learner.kind in kinds]
    train_crowds(used, losses, steps=steps, lr=lr)
    with torch.no_grad():
        theta = learner.net(cut.x_test)
        best = (energy.map_matching(theta.unflatten(-1, (learner.k, learner.k)))
                if learner.matching else energy.map_ranking(theta))
        row = {"kendall": [_short(100 * _kendall(*pair)) for pair in zip(best, cut.y_test,
                                                                        strict=True)]}
        if learner.kind != "sparsemax":
            L = learner.exact(theta.double())
            g = learner.scores(theta, cut.y_test[:, :, None])[..., 0]
            row["loss"] = [_short(v) for v in (L - g).mean(1) + learner.cap]
            if learner.kind in ("tau", "guided"):
                row["r2"] = [_short(v) for v in _r2(learner.tau(cut.x_test)[..., 0], L)]
    return row


def _kendall(guess, truth) -> float:
    """Average Kendall's tau over rows."""
    return float(torch.tensor([kendalltau(a, b).statistic for a, b in
                               zip(guess.cpu().numpy(), truth.cpu().numpy(), strict=True)]).mean())


def _r2(guess, truth):
    """Share of the variance of the truth that the guess explains, (R, M) -> (R,)."""
    rest = ((guess - truth) ** 2).mean(1)
    return 1 - rest / truth.var(1, correction=0)


def _minus(rows, base) -> dict:
    return {name: [_short(v) for v in paired_interval(rows[base]["kendall"], row["kendall"])[:3]]
            for name, row in rows.items() if name != base}


def _short(value) -> float:
    return float(f"{float(value):.5g}")
