"""Five multilabel tables: every loss trains the same network; one threshold is tuned for each.

Reduced against the source: its networks, optimiser and search are not published, so one network of
128 hidden units, 400 steps of Adam and two weight decays stand in; five seeds; and a quarter of the
rows to learn from is held out. Rows without any label, nearly half of birds, do not count: F1 is
not defined on them.
"""

import math

import torch
from sklearn.metrics import f1_score

from gradcourse.data import MULTILABEL
from gradcourse.data import multilabel as load
from gradcourse.methods import energy
from gradcourse.models import CrowdMLP, train_crowds

METHODS = ("exact", "tau 10", "tau 200", "sparsemax 200")
RIVALS = ("chain 10", "min-max 10", "Fenchel-Young")
PAIRS = ("yeast", "scene", "birds", "emotions")
DECAYS = (0.0, 3.0)
CAP = 20.0  # float32 holds exp(20) sums easily; log |Y| of cal500 is 121


def multilabel(device, progress, *, seeds=range(1000, 1005), steps=400, batch=64, lr=5e-3,
               hidden=128):
    """Train by the exact loss and by the joint one; tune decay and threshold on held-out rows.

    F1 is averaged over examples that have a label, in percent.

    Returns:
        For each table and method: F1 at threshold 1/2 without decay ("plain"), at 1/2 with the
        decay chosen for that ("decayed"), with decay and threshold tuned ("tuned"), one number a
        seed; exact losses on rows learnt from and unseen (nats, logistic links, "plain"); R2 of
        the learnt log-partition on unseen rows.
    """
    run = {"steps": steps, "batch": batch, "lr": lr, "hidden": hidden}
    return _tables(METHODS, seeds, device, progress, run)


def rivals(device, progress, *, seeds=range(1000, 1005), steps=400, batch=64, lr=5e-3, hidden=128):
    """Train the same networks by the older losses, and one with couplings between labels.

    Returns:
        What `multilabel` returns; for "pairs 100", couplings learnt from 100 guesses, F1 of the
        best state found by coordinate ascent.
    """
    run = {"steps": steps, "batch": batch, "lr": lr, "hidden": hidden}
    result = _tables(RIVALS, seeds, device, progress, run)
    for name in progress(PAIRS):
        rows, net, _ = _trained(name, "pairs 100", seeds, device, 0.0, run)
        u, U = _couplings(net(rows.x_test), rows.y_test.shape[-1])
        result[name]["pairs 100"] = {"plain": _scores(energy.map_pairwise(u, U), rows.y_test)}
    return result


def _tables(methods, seeds, device, progress, run) -> dict:
    result = {}
    for name, method in progress([(n, m) for n in MULTILABEL for m in methods]):
        result.setdefault(name, {})[method] = _judged(name, method, seeds, device, run)
    return result


class Rows:
    """A table cut in three for each seed, standardised by what is learnt from."""

    def __init__(self, name, seeds, device):
        parts = []
        for seed in seeds:
            cut = load(name, seed=seed)
            order = torch.randperm(len(cut.x_train), generator=torch.Generator().manual_seed(seed))
            held, seen = order[:len(order) // 4], order[len(order) // 4:]
            x = cut.x_train[seen]
            mean, sd = x.mean(0), x.std(0).clamp(min=1e-6)
            inputs = (x, cut.x_train[held], cut.x_test)
            flat = [((part - mean) / sd).clamp(-5, 5) for part in inputs]
            parts.append((*flat, cut.y_train[seen], cut.y_train[held], cut.y_test))
        stacked = [torch.stack(part).float().to(device) for part in zip(*parts, strict=True)]
        self.x, self.x_held, self.x_test, self.y, self.y_held, self.y_test = stacked


def _judged(name, method, seeds, device, run) -> dict:
    """Choose decay and threshold on held-out rows, then judge on unseen ones."""
    half, best, answers = {}, {}, {}
    for decay in DECAYS:
        rows, net, tau = _trained(name, method, seeds, device, decay, run)
        held = net(rows.x_held)
        half[decay] = sum(_scores(energy.map_unary(held), rows.y_held))
        best[decay] = [_tuned(*pair) for pair in zip(held, rows.y_held, strict=True)]
        answers[decay] = net(rows.x_test)
        if decay == 0 and not method.startswith("sparsemax"):
            found = _likelihoods(net, tau, rows, method)
    found = {} if method.startswith("sparsemax") else found
    decayed = max(half, key=half.get)
    tuned = max(best, key=lambda decay: sum(f1 for f1, _ in best[decay]))
    cuts = [_short(cut) for _, cut in best[tuned]]
    found |= {"decays": [decayed, tuned], "thresholds": cuts}
    for way, decay in (("plain", 0.0), ("decayed", decayed), ("tuned", tuned)):
        u = answers[decay]
        cut = u.new_tensor(cuts)[:, None, None] if way == "tuned" else 0.0
        found[way] = _scores((u >= cut).to(u.dtype), rows.y_test)
    return found


def _trained(name, method, seeds, device, decay, run):
    """Train R networks by one loss; return the rows, the networks and their taus."""
    rows, kind = Rows(name, seeds, device), method.partition(" ")[0]
    R, N, d = rows.x.shape
    k = rows.y.shape[-1]
    start = torch.Generator().manual_seed(seeds[0])
    outputs = k * (k + 1) // 2 if kind == "pairs" else k
    net = CrowdMLP(R, d, outputs, hidden=run["hidden"], generator=start).to(device)
    tau = CrowdMLP(R, d, 1, scale=0.0, generator=start).to(device)
    rival = CrowdMLP(R, d, k, scale=0.0, generator=start).to(device)
    used = {"tau": [net, tau], "sparsemax": [net, tau], "pairs": [net, tau],
            "min-max": [net, rival]}.get(kind, [net])
    g = torch.Generator(device).manual_seed(seeds[0])
    chains = energy.uniform_binary(*rows.y.shape, generator=g, device=device)
    budget = int(method.partition(" ")[2] or 0)

    def losses(step):
        at = torch.randint(N, (R, run["batch"]), generator=g, device=device)
        member = torch.arange(R, device=device)[:, None]
        x, y = rows.x[member, at], rows.y[member, at]
        w = net(x)
        if kind == "chain":
            walked = energy.gibbs(chains[member, at], w.detach(), moves=budget, generator=g)
            chains[member, at] = walked
            return (w * (walked - y)).sum(-1).mean(1)
        return _loss(kind, budget, w, y, x, tau, rival, g).mean(1)

    train_crowds(used, losses, steps=run["steps"], lr=run["lr"], weight_decay=decay)
    for crowd in (net, tau):
        crowd.requires_grad_(False)
    return rows, net, tau


def _loss(kind, budget, w, y, x, tau, rival, g):
    """Return the loss of each row, (R, B)."""
    R, _, k = y.shape
    g_pos = (w * (energy.pair_features(y) if kind == "pairs" else y)).sum(-1)
    if kind == "exact":
        return energy.log_partition_unary(w) - g_pos
    if kind == "Fenchel-Young":
        return energy.fenchel_young_loss(w, y)
    if kind == "min-max":
        p = rival(x).sigmoid().clamp(1e-4, 1 - 1e-4)
        guesses = energy.bernoulli(p.detach(), budget, generator=g)
        g_guess, log_p = (w[:, :, None] * guesses).sum(-1), energy.bernoulli_log_prob(p, guesses)
        return sum(energy.min_max_losses(g_pos, g_guess, log_p, -k * math.log(2)))
    guesses = energy.uniform_binary(R, budget, k, generator=g, device=w.device)
    g_prior = w @ (energy.pair_features(guesses) if kind == "pairs" else guesses).mT
    link = "sparsemax" if kind == "sparsemax" else "logistic"
    cap = min(CAP, k * math.log(2))
    return energy.joint_loss(g_pos, g_prior, tau(x)[..., 0], link, cap=cap)


def _couplings(w, k):
    """Split the weights of `pair_features` into switches and symmetric couplings."""
    U = w.new_zeros(*w.shape[:-1], k, k)
    i, j = torch.triu_indices(k, k, 1)
    U[..., i, j] = U[..., j, i] = w[..., k:]
    return w[..., :k], U


def _likelihoods(net, tau, rows, method) -> dict:
    """Compute exact losses on both sides, and how well tau foretells log-partitions."""
    found, k = {}, rows.y.shape[-1]
    for side, x, y in (("train loss", rows.x, rows.y), ("test loss", rows.x_test, rows.y_test)):
        u = net(x).double()
        L = energy.log_partition_unary(u)
        found[side] = [_short(v) for v in (L - (u * y).sum(-1)).mean(1) + k * math.log(2)]
    if method.startswith("tau"):
        rest = (tau(rows.x_test)[..., 0] - L) ** 2
        found["r2"] = [_short(v) for v in 1 - rest.mean(1) / L.var(1, correction=0)]
    return found


def _tuned(u, y) -> tuple[float, float]:
    """Find the threshold on the scores with the best F1."""
    cuts = u.double().flatten().quantile(torch.linspace(0.4, 0.99, 30, dtype=torch.float64))
    scored = [(_f1(energy.map_unary(u, float(cut)), y), float(cut)) for cut in [*cuts, 0.0]]
    return max(scored)


def _scores(guess, y) -> list[float]:
    return [_short(_f1(*pair)) for pair in zip(guess, y, strict=True)]


def _f1(guess, y) -> float:
    """Average F1 over the examples that have a label, percent."""
    some = y.any(-1)
    return 100 * f1_score(y[some].cpu().numpy(), guess[some].cpu().numpy(), average="samples",
                          zero_division=0.0)


def _short(value) -> float:
    return float(f"{float(value):.5g}")
