"""The runs of chapter 06 on digits: temperatures, powers of the log-odds, a learnt temperature.

Every loss has its learning rate, and the tuned temperature its value, from seeds for looking, whose
splits of the data differ; fresh seeds judge. All losses of a seed share split, start and chance.
"""

import math
import statistics

import torch
from torch.nn.functional import normalize

from gradcourse.data import digits
from gradcourse.methods.contrastive import (
    alignment,
    augment,
    info_nce,
    learnt_temperature,
    neighbour_accuracy,
    probe_accuracy,
    temperature_free,
    uniformity,
)
from gradcourse.models import DigitEncoder

TRAIN, BATCH = 1297, 256
KINDS = {  # name -> what is set, and its value
    **{f"τ = {tau:g}": ("temperature", tau) for tau in (1, 0.5, 0.25, 0.125, 0.0625)},
    **{f"α = {alpha:g}": ("alpha", alpha) for alpha in (0.5, 1, 2, 4, 8)},
    "learnt τ": ("learnt", 0.07),
}
RATES = (1e-3, 3e-3, 1e-2)


def temperatures(device, progress, *, seeds=range(1000, 1010), looking=range(2), steps=200):
    """Train with each temperature and with a learnt one; see `_grid`.

    Returns:
        What `_grid` gives, the temperature that the looking seeds choose, and what an untrained
        encoder is worth.
    """
    names = [name for name, (what, _) in KINDS.items() if what != "alpha"]
    found = _grid(device, progress(names), seeds, looking, steps)
    best = {name: max(row["looked"].values()) for name, row in found.items() if name[0] == "τ"}
    untrained = _columns([train("τ = 1", seed, steps=0, device=device) for seed in seeds])
    return {"losses": found, "tuned": max(best, key=best.get), "untrained": untrained}


def powers(device, progress, *, seeds=range(1000, 1010), looking=range(2), steps=200):
    """Train with each power of the log-odds; see `_grid`.

    Returns:
        What `_grid` gives.
    """
    names = [name for name, (what, _) in KINDS.items() if what == "alpha"]
    return {"losses": _grid(device, progress(names), seeds, looking, steps)}


def gentle(device, progress, *, seeds=range(1000, 1006), steps=150,
           strengths=(0.01, 0.1, 0.3, 1.0)):
    """Train three losses on gentler and gentler views.

    Returns:
        For each loss and strength what `measure` gives, one number a seed.
    """
    return {name: {f"{strength:g}": _columns([train(name, seed, steps=steps, strength=strength,
                                                    device=device) for seed in seeds])
                   for strength in strengths}
            for name in progress(["α = 1", "τ = 0.5", "τ = 0.125"])}


RUNS = {"temperatures": temperatures, "powers": powers, "gentle": gentle}


def _grid(device, names, seeds, looking, steps) -> dict:
    """Train each loss on every seed, at the learning rate that was best on the looking seeds.

    Returns:
        For each loss its learning rate, what the looking seeds gave at each rate, and one number a
        fresh seed of all that `measure` gives.
    """
    found = {}
    for name in names:
        looked = {rate: statistics.fmean(
            train(name, seed, steps=steps, rate=rate, device=device)["moved"] for seed in looking)
            for rate in RATES}
        rate = max(looked, key=looked.get)
        rows = [train(name, seed, steps=steps, rate=rate, device=device) for seed in seeds]
        found[name] = {"rate": rate, "looked": {f"{r:g}": _short(m) for r, m in looked.items()},
                       **_columns(rows)}
    return found


def train(name, seed, *, steps, rate=3e-3, strength=1.0, device="cpu"):
    """Train an encoder on views of digits with one loss; return what it is worth."""
    data = digits(train=TRAIN, seed=seed, dtype=torch.float32)
    g = torch.Generator().manual_seed(seed)
    net = DigitEncoder(generator=g).to(device)
    what, value = KINDS[name]
    log_tau = torch.tensor(math.log(value), device=device, requires_grad=what == "learnt")
    weights = [*net.parameters()] + [log_tau] * log_tau.requires_grad
    optimizer, images = torch.optim.Adam(weights, lr=rate), data.x_train.to(device)
    for _ in range(steps):
        some = images[torch.randperm(TRAIN, generator=g)[:BATCH].to(device)]
        z1, z2 = (net(augment(some, strength=strength, generator=g)) for _ in range(2))
        optimizer.zero_grad()
        if what == "alpha":
            losses = temperature_free(z1, z2, alpha=value)
        else:
            tau = learnt_temperature(log_tau) if what == "learnt" else value
            losses = info_nce(z1, z2, temperature=tau)
        losses.mean().backward()
        optimizer.step()
    with torch.no_grad():
        found = measure(net, data, strength)
    return found | ({"temperature": log_tau.exp().item()} if what == "learnt" else {})


def measure(net, data, strength=1.0):
    """Measure an encoder on unseen digits; shares, squared distances, nats, cosines.

    What is moved is moved alike for every loss of a seed: shifted, noisy, thinned out.
    """
    g = torch.Generator().manual_seed(0)
    device = next(net.parameters()).device
    known, y, unseen, truth = (part.to(device) for part in data)
    moved, moved_too = (augment(unseen, generator=g) for _ in range(2))
    shown, bank, views = net(unseen), net(known), [
        net(augment(unseen, strength=strength, generator=g)) for _ in range(2)]
    unit = normalize(shown, dim=1)
    return {
        "moved": float(neighbour_accuracy(bank, y, net(moved), truth)),
        "clean": float(neighbour_accuracy(bank, y, shown, truth)),
        "probe": float(probe_accuracy(net.features(augment(known, generator=g)), y,
                                      net.features(moved_too), truth)),
        "alignment": float(alignment(*views)),
        "uniformity": float(uniformity(shown)),
        "strangers": float(((unit.sum(0) ** 2).sum() / len(unit) - 1) / (len(unit) - 1)),
    }


def _columns(rows: list[dict]) -> dict[str, list]:
    return {key: [_short(row[key]) for row in rows] for key in rows[0]}


def _short(value: float) -> float:
    return float(f"{value:.5g}")
