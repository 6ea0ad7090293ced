"""The runs of chapter 08 on Python's own source: a pilot, a sweep over λ, and every arm tuned.

All arms of a run share starts, minibatches and unseen text, seed by seed. Seeds below 1,000 are for
looking: the pilot keeps nothing of them but spreads, the sweep is a picture and judges nothing.
"""

import statistics
from functools import cache

import torch

from gradcourse.data import python_letters, python_prose
from gradcourse.methods.entangled import Reading, hidden_states, nats, train
from gradcourse.models import Crowd, LanguageModel

LETTERS, UNSEEN = 60_000, 6_000  # of each module: all, and the last ones, kept apart
ARMS = {
    "plain": Reading(),
    "more steps": Reading(),
    "placebo": Reading("map", 0.3, "none"),
    "mix": Reading("map", 0.3),
    "un-mix": Reading("map", -0.3),
    "un-mix, shuffled": Reading("map", -0.3, "shuffled"),
    "un-mix, uniform": Reading("map", -0.3, "uniform"),
    "oppose": Reading("regularise", 0.3),
    "align": Reading("regularise", -0.3),
    "align, shuffled": Reading("regularise", -0.3, "shuffled"),
    "align, label-free": Reading("regularise", -0.3, labels="sampled"),
    "align, equal cost": Reading("regularise", -0.3),
    "plain, frequencies": Reading(),
    "un-mix, frequencies": Reading("map", -0.3),
}
SWEPT = {"by context": Reading("map"), "shuffled": Reading("map", context="shuffled"),
         "uniform": Reading("map", context="uniform"), "regulariser": Reading("regularise")}


def pilot(device, progress, *, seeds=range(100, 106), width=24, batch=8, steps=120, lr=0.012):
    """Train the arms of the page on seeds of their own, and keep only how far differences scatter.

    Returns:
        For each pair of arms the standard deviation of the paired difference, thousandths of a nat.
    """
    names = [name for name in ARMS if "cost" not in name and "freq" not in name]
    got = {name: _unseen(_trained(name, seeds, device, width, batch, steps, lr))
           for name in progress(names)}
    pairs = [("plain", name) for name in names[1:]]
    pairs += [("un-mix, shuffled", "un-mix"), ("align, shuffled", "align")]
    return {f"{b} over {a}": _short(statistics.stdev(
        1000 * (one - two) for one, two in zip(got[a], got[b], strict=True))) for a, b in pairs}


def sweep(device, progress, *, seeds=range(200, 206), width=24, batch=8, steps=120, lr=0.012,
          lams=(-0.9, -0.6, -0.3, 0.3, 0.6, 0.9)):
    """Train every arm at every λ, to look at.

    Returns:
        For each arm and λ: the mean loss of ten steps each, and each seed's loss on unseen text.
    """
    def run(reading):
        net, trace = _train(reading, seeds, device, width, batch, steps, lr)
        return {"path": [_short(v) for v in trace.loss.mean(1).view(-1, 10).mean(1).tolist()],
                "unseen": _unseen(net)}

    found = {name: {str(lam): run(reading._replace(lam=lam)) for lam in progress(list(lams))}
             for name, reading in SWEPT.items()}
    return {"plain": run(Reading()), "arms": found}


def tuned(device, progress, *, seeds=range(1100, 1110), looking=range(2), width=32, batch=8,
          steps=200, lrs=(0.006, 0.012, 0.024)):
    """Choose every arm's step on seeds for looking, train on others, measure every promise.

    Returns:
        For each arm: the step chosen, what each step gave, and each seed's measurements.
    """
    result = {}
    for name in progress(list(ARMS)):
        looked = {lr: statistics.fmean(_unseen(_trained(name, looking, device, width, batch, steps,
                                                        lr))) for lr in lrs}
        lr = min(looked, key=looked.get)
        net = _trained(name, seeds, device, width, batch, steps, lr)
        result[name] = {"lr": lr, "looked": {str(k): _short(v) for k, v in looked.items()},
                        **_evaluate(net)}
    return result


RUNS = {"pilot": pilot, "sweep": sweep, "tuned": tuned}


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _trained(name, seeds, device, width, batch, steps, lr):
    """Train one arm; a tenth more steps, or three fifths where a step costs five thirds."""
    steps = {"more steps": steps + steps // 10}.get(name, steps)
    steps = 3 * steps // 5 if "equal cost" in name else steps
    return _train(ARMS[name], seeds, device, width, batch, steps, lr, "frequencies" in name)[0]


def _train(reading, seeds, device, width, batch, steps, lr, frequencies=False, length=32):
    nets = [LanguageModel(97, length, width=width, layers=2,
                          generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    for net in nets if frequencies else ():
        with torch.no_grad():
            net.head.bias.copy_(_frequencies())
    crowd = Crowd(nets).to(device)
    at = [torch.randint(len(_text()[0]) - length, (steps, batch, 1),
                        generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    batches = _text()[0][torch.stack(at, 1) + torch.arange(length + 1)].to(device)
    shuffles = torch.Generator().manual_seed(seeds[0])
    return crowd, train(crowd, batches, reading, lr=lr, generator=shuffles)


@cache
def _text():
    """Return the letters to learn from and the unseen last ones of each module."""
    text = python_letters(LETTERS).tokens.view(-1, LETTERS)
    return text[:, :-UNSEEN].flatten(), text[:, -UNSEEN:].flatten()


def _frequencies():
    """Return the log of how frequent each letter is."""
    counts = torch.bincount(_text()[0], minlength=97) + 1
    return (counts / counts.sum()).log()


def _windows(net, tokens, g, count=256, length=32):
    """Draw the same windows for every seed, (S, count, length + 1)."""
    bias = net.weights["head_bias"]
    at = torch.randint(len(tokens) - length, (count, 1), generator=g)
    return tokens[at + torch.arange(length + 1)].to(bias.device).expand(len(bias), -1, -1)


@torch.no_grad()
def _unseen(net) -> list:
    """Measure the loss of each seed on unseen text."""
    code = _windows(net, _text()[1], torch.Generator().manual_seed(0))
    return [_short(v) for v in nats(net, code).tolist()]


@torch.no_grad()
def _evaluate(net) -> dict:
    """Measure every promise on unseen text; one number a seed for each."""
    g = torch.Generator().manual_seed(0)
    code = _windows(net, _text()[1], g)
    prose, where = _windows(net, python_prose(LETTERS).tokens, g), code.device
    hit = torch.rand(code[0, :, 1:].shape, generator=g).to(where) < 0.1
    other = torch.randint(1, 97, hit.shape, generator=g).to(where)
    spoilt = torch.where(hit, other, code[..., :-1])
    logits, noisy = net(code[..., :-1]), net(spoilt)
    targets = code[..., 1:]
    pick = torch.nn.functional.cross_entropy(
        noisy.flatten(0, -2), targets.flatten(), reduction="none").view(targets.shape)
    first, second = hidden_states(net, code[..., :-1])
    clean, off = second.mean(-2), hidden_states(net, spoilt)[1].mean(-2)
    cosine = torch.cosine_similarity
    found = {"nats": nats(net, code),
             "accuracy": (logits.argmax(-1) == targets).double().mean((1, 2)),
             "noisy": pick.mean((1, 2)), "prose": nats(net, prose),
             "drift": 1 - cosine(first, second, dim=-1).mean((1, 2)),
             "coherence": (cosine(clean, off, dim=-1)
                           - cosine(clean, off.roll(1, 1), dim=-1)).mean(1),
             "recall": _recall(net, code)}
    return {name: [_short(v) for v in values.tolist()] for name, values in found.items()}


def _recall(net, code):
    """Return how much easier the second half is when the first half was the same letters."""
    half = code.shape[-1] // 2
    text = code[..., :half]

    def second(before):
        words = torch.cat([before, text], -1)
        logits = net(words[..., :-1])[..., half:, :]
        each = torch.nn.functional.cross_entropy(
            logits.flatten(0, -2), text[..., 1:].flatten(), reduction="none")
        return each.view(len(code), -1).mean(1)

    return second(text.roll(1, 1)) - second(text)
