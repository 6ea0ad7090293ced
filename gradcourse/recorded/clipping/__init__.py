"""The runs of chapter 02 on Python's own source: a language model, with noise and without.

Every method's step is the best of five on seeds for looking; other seeds judge.
"""

import math
import statistics
from functools import cache, partial

import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from gradcourse.data import digits, python_source
from gradcourse.evidence import mean_interval
from gradcourse.methods.clipping import ACClip, clip_coordinates, kurtosis, tail_index
from gradcourse.models import DigitCNN, LanguageModel

WORDS, LENGTH = 400, 16
NETS = {"normalised": {}, "bare": {"normalised": False, "scale": 0.02}}
STEPS = {  # run -> method -> steps tried
    "language": {"momentum SGD": (0.0125, 0.025, 0.05, 0.1, 0.2),
                 "norm clip": (0.05, 0.1, 0.2, 0.4, 0.8),
                 "coordinate clip": (0.05, 0.1, 0.2, 0.4, 0.8),
                 "ACClip": (0.125, 0.25, 0.5, 1.0, 2.0),
                 "Adam": (0.0025, 0.005, 0.01, 0.02, 0.04)},
    "control": {"momentum SGD": (0.1, 0.2, 0.3, 0.4, 0.8),
                "norm clip": (0.1, 0.2, 0.4, 0.8, 1.6),
                "coordinate clip": (0.1, 0.2, 0.4, 0.8, 1.6),
                "ACClip": (1.0, 2.0, 4.0, 8.0, 16.0),
                "Adam": (0.0025, 0.005, 0.01, 0.02, 0.04)},
}


def language(device, progress, *, seeds=range(1010, 1020), looking=range(2), budget=150, size=8):
    """Train on new minibatches all the time; the loss is the mean of the last thirty.

    Returns:
        For each method: the step chosen, the loss of each seed, and the mean difference from
        momentum SGD's on the same start and minibatches, with its interval at 95 %.
    """
    found = {name: _tuned("normalised", name, tried, seeds, looking, device, budget=budget,
                          size=size, last=30)
             for name, tried in progress(list(STEPS["language"].items()))}
    return {"methods": found, "minus SGD": _minus_sgd(found)}


def control(device, progress, *, seeds=range(1010, 1020), looking=range(2), budget=120, size=16):
    """Train on one batch again and again: no noise; the loss is the median of the last ten.

    Returns:
        For each network what `language` gives, with differences of log10 losses.
    """
    result = {}
    for net in NETS:
        found = {name: _tuned(net, name, tried, seeds, looking, device, budget=budget, size=size,
                              last=10, fixed=True)
                 for name, tried in progress(list(STEPS["control"].items()))}
        logs = {name: {"losses": [math.log10(loss) for loss in row["losses"]]}
                for name, row in found.items()}
        result[net] = {"methods": found, "minus SGD": _minus_sgd(logs)}
    return result


def noise(device, progress, *, seeds=range(1000, 1005), draws=200, size=8, train=300):
    """Measure minibatch noise, at the start and after Adam's steps, on both kinds of network.

    Returns:
        For each network and time, one number a seed: kurtosis of norms, median kurtosis of
        coordinates (embeddings apart), and Hill's index of the norms with its band, k = 20.
    """
    result = {}
    for name in ("transformer", "CNN"):
        rows = {"start": [], "trained": []}
        for seed in progress(seeds):
            net, batch = _subject(name, seed, size, device)
            rows["start"].append(_tails(net, batch, draws))
            optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
            for _ in range(train):
                _gradient(net, batch())
                optimizer.step()
            rows["trained"].append(_tails(net, batch, draws))
        result[name] = {when: {key: [_short(row[key]) for row in found] for key in found[0]}
                        for when, found in rows.items()}
    return result


RUNS = {"language": language, "control": control, "noise": noise}


def _short(value: float) -> float:
    return float(f"{value:.5g}")


def _tuned(net, name, tried, seeds, looking, device, **run) -> dict:
    """Choose the step on the seeds for looking, then run the others."""
    looked = {lr: statistics.median(_train(net, name, lr, seed, device, **run)[0]
                                    for seed in looking) for lr in tried}
    lr = min(looked, key=looked.get)
    ended = [_train(net, name, lr, seed, device, **run) for seed in seeds]
    return {"lr": lr, "losses": [_short(end) for end, _ in ended],
            "looked": {str(lr): _short(end) for lr, end in looked.items()},
            "path": [_short(value) for value in ended[0][1]]}


def _train(net, name, lr, seed, device, *, budget, size, last, fixed=False):
    """Train once; return the late loss, capped at 20, and every fifth loss on the way."""
    g = torch.Generator().manual_seed(seed)
    model = LanguageModel(WORDS, LENGTH, generator=g, **NETS[net]).to(device)
    optimizer, clip = _optimizer(name, model, lr)
    batch, losses = _windows(g, size).to(device), []
    for _ in range(budget):
        loss = _gradient(model, (batch[:, :-1], batch[:, 1:]))
        losses.append(loss if math.isfinite(loss) and loss < 20 else 20.0)
        clip()
        optimizer.step()
        if not fixed:
            batch = _windows(g, size).to(device)
    end = losses[-last:]
    return (statistics.median if fixed else statistics.fmean)(end), losses[::5]


def _optimizer(name, model, lr):
    """Return a torch optimizer and what cuts the gradients before it."""
    params = list(model.parameters())
    if name == "Adam":
        return torch.optim.Adam(params, lr=lr), lambda: None
    if name == "ACClip":
        return ACClip(params, lr=lr), lambda: None
    cuts = {"momentum SGD": lambda: None, "norm clip": partial(clip_grad_norm_, params, 0.5),
            "coordinate clip": partial(_cut_coordinates, params, 1e-2)}
    return torch.optim.SGD(params, lr=lr, momentum=0.9), cuts[name]


def _cut_coordinates(params, tau):
    for p in params:
        p.grad = clip_coordinates(p.grad, tau)


@cache
def _tokens():
    return python_source(WORDS).tokens


def _windows(g, size):
    tokens = _tokens()
    first = torch.randint(len(tokens) - LENGTH, (size, 1), generator=g)
    return tokens[first + torch.arange(LENGTH + 1)]


def _gradient(model, batch) -> float:
    """Leave the gradient of the mean loss in the parameters; return the loss."""
    model.zero_grad()
    loss = cross_entropy(model(batch[0]).flatten(0, -2), batch[1].flatten())
    loss.backward()
    return float(loss.detach())


def _subject(name, seed, size, device):
    """Return a fresh network and a function that draws its minibatches."""
    g = torch.Generator().manual_seed(seed)
    if name == "transformer":
        def words():
            batch = _windows(g, size).to(device)
            return batch[:, :-1], batch[:, 1:]
        return LanguageModel(WORDS, LENGTH, generator=g, layers=2).to(device), words
    part = digits(train=1000, dtype=torch.float32)

    def images():
        rows = torch.randint(1000, (size,), generator=g)
        return part.x_train[rows].to(device), part.y_train[rows].to(device)
    return DigitCNN(generator=g).to(device), images


def _tails(net, batch, draws) -> dict:
    """Measure the noise of many minibatch gradients at one point."""
    seen, names = [], [name for name, _ in net.named_parameters()]
    for _ in range(draws):
        _gradient(net, batch())
        seen.append([p.grad.flatten().clone() for p in net.parameters()])
    parts = [torch.stack(grads) for grads in zip(*seen, strict=True)]  # each (draws, size)
    parts = [part - part.mean(0) for part in parts]
    norms = torch.cat(parts, 1).norm(dim=1).double()
    found = tail_index(norms, 20)
    inside = [part for name, part in zip(names, parts, strict=True) if "embed" not in name]
    outside = [part for name, part in zip(names, parts, strict=True) if "embed" in name]
    return {"norms": float(kurtosis(norms)), "coordinates": _median_kurtosis(inside),
            "embeddings": _median_kurtosis(outside) if outside else 0.0,
            "index": float(found.index), "low": float(found.low), "high": float(found.high)}


def _median_kurtosis(parts) -> float:
    each = kurtosis(torch.cat(parts, 1).T.double())
    return float(each[each.isfinite()].median())


def _minus_sgd(found) -> dict:
    base = torch.tensor(found["momentum SGD"]["losses"])
    return {name: [_short(v) for v in mean_interval(torch.tensor(row["losses"]) - base)[:3]]
            for name, row in found.items() if name != "momentum SGD"}
