"""The larger races of chapter 07: many sizes, spirals, digits, prices, and equal compute.

Four arms meet everywhere. All end with the same number of neurons, all are tuned the same way: one
step size each, out of the same list, chosen on other seeds.
"""

import math
import statistics
import time

import torch
from torch.nn.functional import cross_entropy

from gradcourse.data import digits as handwritten
from gradcourse.methods.nimble import (
    Crowd,
    MaskController,
    NimbleMLP,
    born,
    gradient,
    open_loop_size,
    predict,
    prune,
    ramp_mask,
    size_loss,
    size_path,
    train,
)
from gradcourse.problems import bessel_curve, two_spirals

ARMS = ("static", "learnt", "ramp", "pruned")
LRS = (0.01, 0.03, 0.1, 0.2, 0.4)
DROP = (0.7, 0.1)  # after 70 % of the steps, a tenth of the step
SPEED = 0.3  # lr_size would bring N home in this share of the steps, did it not slow down
FITS = 1e-2  # a curve of variance 1 fits when its mean squared error is below


def sizes(device, progress, *, seeds=range(1000, 1060), looking=range(20), steps=2000,
          targets=(4, 5, 6, 8, 12)):
    """Fit the Bessel curve with networks of several sizes.

    Returns:
        For each size and arm: the step chosen, and log10 of the error of each seed.
    """
    result = {}
    for target in progress(targets):
        result[str(target)] = {arm: _tuned(arm, target, seeds, looking, steps, device)
                               for arm in ARMS}
    return result


def compute(device, progress, *, seeds=range(1000, 1100), looking=range(20), steps=600, target=6):
    """Fit the Bessel curve, every arm with as many neuron-steps as the static one.

    Returns:
        For each arm: its steps, the step size chosen, and log10 of the error of each seed.
    """
    path = size_path(_speed(target, steps), steps, 0.5, target, drop=DROP)
    ramp = [open_loop_size(k, 0.5, target, steps // 2) for k in range(steps)]
    mean = {"static": target,
            "learnt": statistics.fmean(math.ceil(min(n, target)) for n in path[:-1]),
            "ramp": statistics.fmean(math.ceil(n) for n in ramp), "pruned": 1.5 * target}
    result = {}
    for arm in progress(ARMS):
        each = round(steps * target / mean[arm])
        result[arm] = {"steps": each, **_tuned(arm, target, seeds, looking, each, device)}
    return result


def spirals(device, progress, *, seeds=range(1000, 1040), looking=range(10), steps=1500,
            targets=(6, 10), lrs=(0.03, 0.1, 0.2, 0.4)):
    """Tell two spirals apart: 300 points to learn from, 1,000 unseen, drawn anew for each seed.

    Returns:
        For each size and arm: the step chosen, each seed's log10 of the unseen loss (nats), and
        its share of unseen points on the right side.
    """
    result = {}
    for target in progress(targets):
        found = {}
        for arm in ARMS[:3]:
            looked = _spiral_ends(arm, looking, lrs, target, steps, device)[0]
            lr = lrs[int(looked.median(1).values.nan_to_num(math.inf).argmin())]
            losses, right = _spiral_ends(arm, seeds, (lr,), target, steps, device)
            found[arm] = {"lr": lr, "loss": _list(losses[0]), "right": _list(right[0])}
        result[str(target)] = found
    return result


def digits(device, progress, *, seeds=range(1000, 1040), looking=range(8), steps=300, target=6,
           lrs=(0.01, 0.03, 0.1), batch=128):
    """Read handwritten digits with six hidden neurons: 40 cuts into 1,000 learnt and 797 unseen.

    Returns:
        For each arm: the step chosen, the error on unseen digits in % of each cut, and the mean
        number of neurons on the way.
    """
    result = {}
    for arm in progress(ARMS):
        looked = _digit_ends(arm, looking, lrs, target, steps, batch, device)[0]
        lr = lrs[int(looked.mean(1).nan_to_num(math.inf).argmin())]
        _, error, mean = _digit_ends(arm, seeds, (lr,), target, steps, batch, device)
        result[arm] = {"lr": lr, "error": _list(error[0]), "neurons": _short(mean)}
    return result


def price(device, progress, *, seeds=range(1000, 1040), steps=3000, start=4.0, capacity=16,
          prices=(0.03, 0.01, 0.003, 0.001, 0.0003), softness=0.5, sizes=range(1, 13)):
    """Let a price decide the size, and compare with the size that is best at that price.

    The best is found by trying all: for each size the lowest error of 40 static networks at each
    of two step sizes.

    Returns:
        For each price the size of each seed and log10 of its error; the lowest error of each
        size; and the size that minimises error + price * size.
    """
    curve, runs = _curve(device), {}
    for lam in progress(prices):
        crowd = born(seeds, 1, 1, capacity, start=start, device=device)
        run = train(crowd, *curve[0], steps=steps, lr=0.03, lr_size=0.02, weight=lam, price=1.0,
                    softness=softness, drop=DROP)
        value = gradient(run.crowd, *curve[1], softness=softness)[0]
        runs[str(lam)] = {"size": _list(run.sizes[-1]), "error": _list(value.log10())}
    lowest = {}
    for size in progress(sizes):
        ends = _fits("static", seeds, (0.03, 0.1), size, steps, device)
        lowest[str(size)] = _short(10 ** float(ends.min()))
    best = {str(lam): min(sizes, key=lambda n: lowest[str(n)] + lam * n) for lam in prices}
    return {"runs": runs, "lowest": lowest, "best": best}


def controller(device, progress, *, seeds=range(1000, 1020), steps=2000, capacity=12,
               prices=(0.03, 0.01, 0.003)):
    """Let one trainable share a neuron make the mask, at a price for their sum.

    Returns:
        For each price: of each seed the sum of the shares, the number of shares between 5 % and
        95 %, and log10 of the error.
    """
    curve, result = _curve(device), {}
    for lam in progress(prices):
        crowd = Crowd(*(p.requires_grad_() for p in born(seeds, 1, 1, capacity, device=device)))
        masks = [MaskController(capacity).double().to(device) for _ in seeds]
        logits = torch.stack([m.logits.detach() for m in masks]).requires_grad_()
        adam = torch.optim.Adam([{"params": [crowd.neurons, crowd.bias]},
                                 {"params": [logits], "lr": 0.03}], lr=0.03)
        for _ in range(steps):
            adam.zero_grad()
            gap = predict(crowd, curve[0][0], mask=logits.sigmoid()) - curve[0][1]
            (gap.square().mean((1, 2)).sum() + lam * logits.sigmoid().sum()).backward()
            adam.step()
        with torch.no_grad():
            shares = logits.sigmoid()
            gap = predict(crowd, curve[1][0], mask=shares) - curve[1][1]
            between = ((shares > 0.05) & (shares < 0.95)).double().sum(1)
            result[str(lam)] = {"sum": _list(shares.sum(1)), "between": _list(between),
                                "error": _list(gap.square().mean((1, 2)).log10())}
    return result


def step(device, progress, *, cases=((10, 10), (100, 10), (4096, 64)), batch=256, rounds=15):
    """Time one step of a network that computes all neurons, and of one that slices.

    Returns:
        For each capacity and size the processor time of the sliced step over the masked one, the
        median of paired rounds.
    """
    result = {}
    for capacity, size in progress(cases):
        steps = [_stepper(capacity, size, batch, masked, device) for masked in (True, False)]
        ratios = []
        for _ in range(rounds):
            spent = []
            for run in steps:
                begun = time.process_time()
                for _ in range(3):
                    run()
                spent.append(time.process_time() - begun)
            ratios.append(spent[1] / spent[0])
        result[f"{capacity}/{size}"] = _short(statistics.median(ratios))
    return result


RUNS = {"sizes": sizes, "compute": compute, "spirals": spirals, "digits": digits, "price": price,
        "controller": controller, "step": step}


def _short(value) -> float:
    return float(f"{float(value):.4g}")


def _list(values) -> list[float]:
    return [_short(v) for v in values.tolist()]


def _speed(target, steps):
    return (target - 0.5) / (SPEED * steps)


def _curve(device):
    """Return every eighth point to learn from, and all of them."""
    x, y = (part.to(device) for part in bessel_curve(481))
    return (x[::8], y[::8]), (x, y)


def _arm(arm, make, x, y, *, target, steps, lr, **options):
    """Train one arm; make(capacity, start) draws its networks."""
    options = {"steps": steps, "lr": lr, "drop": DROP, **options}
    if arm == "static":
        return train(make(target, float(target)), x, y, **options).crowd
    if arm == "learnt":
        return train(make(target, 0.5), x, y, lr_size=_speed(target, steps), target=float(target),
                     **options).crowd
    if arm == "ramp":
        return train(make(target, 0.5), x, y, schedule=lambda k: open_loop_size(
            k, 0.5, float(target), max(1, steps // 2)), **options).crowd
    options |= {"steps": steps // 2, "drop": (1.0, 1.0)}
    large = train(make(2 * target, 2.0 * target), x, y, **options).crowd
    inputs = x(0)[0] if callable(x) else x
    options |= {"steps": steps - steps // 2, "drop": (0.4, 0.1)}
    return train(prune(large, inputs, target), x, y, **options).crowd


def _fits(arm, seeds, lrs, target, steps, device):
    """Return log10 errors on all points, (lrs, seeds)."""
    seeds, (points, everything) = list(seeds), _curve(device)
    many = seeds * len(lrs)
    lr = torch.tensor(lrs, dtype=torch.float64, device=device).repeat_interleave(len(seeds))
    end = _arm(arm, lambda capacity, start: born(many, 1, 1, capacity, start=start, device=device),
               *points, target=target, steps=steps, lr=lr)
    return gradient(end, *everything)[0].log10().reshape(len(lrs), -1)


def _tuned(arm, target, seeds, looking, steps, device) -> dict:
    """Choose the step that fits most often on `looking` (then by median), and run the seeds."""
    looked = _fits(arm, looking, LRS, target, steps, device).nan_to_num(math.inf)
    often = (looked < math.log10(FITS)).double().mean(1).tolist()
    ranks = zip(often, (-looked.median(1).values).tolist(), LRS, strict=True)
    lr = max(ranks)[2]
    ends = _fits(arm, seeds, (lr,), target, steps, device)[0]
    return {"lr": lr, "looked": dict(zip(map(str, LRS), often, strict=True)), "error": _list(ends)}


def _spiral_ends(arm, seeds, lrs, target, steps, device):
    """Return log10 unseen losses and shares of right answers, (lrs, seeds)."""
    parts = []
    for seed in seeds:
        g = torch.Generator().manual_seed(seed)
        parts.append((*two_spirals(300, generator=g), *two_spirals(1000, generator=g)))
    x, y, x_new, y_new = (torch.cat([torch.stack(p)] * len(lrs)).to(device)
                          for p in zip(*parts, strict=True))
    lr = torch.tensor(lrs, dtype=torch.float64, device=device).repeat_interleave(len(parts))
    many = list(seeds) * len(lrs)
    end = _arm(arm, lambda capacity, start: born(many, 2, 1, capacity, start=start, device=device),
               x, y, target=target, steps=steps, lr=lr, loss="logistic")
    loss = gradient(end, x_new, y_new, loss="logistic")[0].log10()
    right = ((predict(end, x_new) > 0) == (y_new > 0.5)).double().mean((1, 2))
    return loss.reshape(len(lrs), -1), right.reshape(len(lrs), -1)


def _digit_ends(arm, seeds, lrs, target, steps, batch, device):
    """Return unseen losses (nats) and errors (%), (lrs, seeds), and the mean size on the way."""
    seeds = list(seeds)
    cuts = [handwritten(train=1000, seed=seed, centred=True) for seed in seeds]
    x, y, x_new, y_new = (torch.stack(part).to(device) for part in zip(*cuts, strict=True))
    g = [torch.Generator().manual_seed(seed) for seed in seeds]
    rows = torch.stack([torch.stack([torch.randint(1000, (batch,), generator=one)
                                     for _ in range(steps)]) for one in g]).to(device)
    which = torch.arange(len(seeds), device=device)[:, None]

    def batches(k):
        pick = rows[:, k]
        return x[which, pick].repeat(len(lrs), 1, 1), y[which, pick].repeat(len(lrs), 1)

    lr = torch.tensor(lrs, dtype=torch.float64, device=device).repeat_interleave(len(seeds))
    spread = (1 / 8, 0.5, 0.3)
    end = _arm(arm, lambda capacity, start: born(seeds * len(lrs), 64, 10, capacity, start=start,
                                                 spread=spread, device=device),
               batches, None, target=target, steps=steps, lr=lr, loss="softmax")
    out = predict(end, x_new.repeat(len(lrs), 1, 1))
    answers = y_new.repeat(len(lrs), 1)
    loss = cross_entropy(out.mT, answers, reduction="none").mean(1)
    error = 100 * (out.argmax(-1) != answers).double().mean(1)
    return loss.reshape(len(lrs), -1), error.reshape(len(lrs), -1), _mean_size(arm, target, steps)


def _mean_size(arm, target, steps):
    path = {"static": [target], "pruned": [2 * target, target],
            "learnt": size_path(_speed(target, steps), steps, 0.5, target, drop=DROP),
            "ramp": [open_loop_size(k, 0.5, target, steps // 2) for k in range(steps)]}[arm]
    return statistics.fmean(min(n, 2 * target if arm == "pruned" else target) for n in path)


def _stepper(capacity, size, batch, masked, device):
    """Make one training step of a network in a large capacity."""
    g = torch.Generator().manual_seed(0)
    net = NimbleMLP(2, 1, capacity, start=size - 0.5, generator=g).to(device)
    x, y = torch.randn(batch, 2, generator=g).to(device), torch.zeros(batch, 1, device=device)
    adam = net.optimizer(lr=1e-3, lr_size=1e-6)

    def run():
        adam.zero_grad()
        out = net(x, ramp_mask(net.size, capacity) if masked else None)
        ((out - y).square().mean() + 0.1 * size_loss(net.size, target=size)).backward()
        adam.step()

    for _ in range(3):
        run()
    return run
