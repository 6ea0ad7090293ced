"""One training run of many seeds at once, under one reading of the claim."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from gradcourse.methods.entangled.controls import sampled_labels, shuffled
from gradcourse.methods.entangled.readings import entangle_gradients, entanglement

__all__ = ["Reading", "Trace", "hidden_states", "nats", "train"]

KINDS = ("plain", "map", "regularise")


class Reading(NamedTuple):
    """What is done to plain training."""

    kind: str = "plain"  # "plain", "map" (8.4) or "regularise" (8.2)
    lam: float | Tensor = 0.0  # λ with its sign; a tensor (S,) gives each seed its own
    context: str = "true"  # "true", "shuffled"; of a map also "uniform" and "none"
    kernel: str = "cosine"  # of the regulariser
    labels: str = "true"  # "sampled": the regulariser's gradient never sees the text's own


PLAIN = Reading()


class Trace(NamedTuple):
    """What was seen on the way."""

    loss: Tensor  # on the step's own batch, (K, S), nats
    alignment: Tensor  # E with the cosine, after the first block, (K, S), no unit


def train(
    net: torch.nn.Module, batches: Tensor, reading: Reading = PLAIN, *, lr: float,
    weight_decay: float = 0.01, generator: torch.Generator | None = None,
) -> Trace:
    """Train by AdamW, with a short warm-up and a cosine down to zero, and without clipping.

    A clip by norm would mix the scales of all parameters, and then even the placebo would act.

    Args:
        net: called as net(words, after), with a leading axis of S seeds; it is changed.
        batches: letters in a row, one more than the net reads, (K, S, B, T + 1), int64.
        reading: what is done.
        lr: largest step > 0, parameter units.
        weight_decay: of AdamW, >= 0.
        generator: of the shuffles and the sampled labels.

    Returns:
        Losses and alignments; not finite from where a seed broke, and NaN once all seeds have.

    Raises:
        ValueError: if lr is not > 0, or the reading is unknown.

    Example:
        >>> from gradcourse.models import Crowd, LanguageModel
        >>> net = Crowd([LanguageModel(5, 4), LanguageModel(5, 4)])
        >>> batches = torch.zeros(30, 2, 3, 5, dtype=torch.int64)  # always the same letter
        >>> trace = train(net, batches, Reading("map", 0.3), lr=0.01)
        >>> trace.loss.shape, bool((trace.loss[-1] < trace.loss[0] / 2).all())
        (torch.Size([30, 2]), True)

    Source:
        I. Loshchilov, F. Hutter, 2019, for AdamW.
    """
    if not lr > 0:
        raise ValueError(f"lr must be > 0, got {lr}")
    if reading.kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {reading.kind!r}")
    optimizer = torch.optim.AdamW(net.parameters(), lr=lr, weight_decay=weight_decay, fused=True)
    factors, where = _schedule(len(batches)), batches.device
    seen = [torch.full((2, batches.shape[1]), math.nan, device=where)] * len(batches)
    for k, words in enumerate(batches):
        optimizer.param_groups[0]["lr"] = lr * factors[k]
        optimizer.zero_grad()
        total, loss, aligned = _objective(net, words, reading, generator)
        if not bool(loss.isfinite().any()):
            break
        total.sum().backward()
        seen[k] = torch.stack([loss.detach(), aligned()])
        optimizer.step()
    loss, alignment = torch.stack(seen, 1)
    return Trace(loss, alignment)


def nats(net: Callable, words: Tensor) -> Tensor:
    """Measure the mean loss of each seed on the next letters.

    Args:
        net: as in `train`.
        words: (S, B, T + 1), int64.

    Returns:
        (S,), nats.

    Example:
        >>> words = torch.zeros(1, 2, 3, dtype=torch.int64)
        >>> nats(lambda words: torch.zeros(*words.shape, 4), words)  # log 4
        tensor([1.3863])
    """
    return _loss(net(words[..., :-1]), words[..., 1:])


def hidden_states(net: Callable, words: Tensor) -> tuple[Tensor, ...]:
    """Look at what flows after each block.

    Args:
        net: as in `train`.
        words: (S, B, T), int64.

    Returns:
        One tensor a block, each (S, B, T, d), hidden units.

    Example:
        >>> hidden_states(lambda words, after: after(0, words), torch.zeros(1, 2, 3))[0].shape
        torch.Size([1, 2, 3])
    """
    kept = []
    net(words, lambda k, h: kept.append(h) or h)
    return tuple(kept)


def _objective(net, words, reading, generator):
    """Return what is descended, the loss itself, and a function that gives the alignment."""
    kept = []

    def after(k, h):
        if k == 0:
            kept.append(h)
        return _mapped(h, reading, generator) if reading.kind == "map" else h

    logits = net(words[..., :-1], after)
    h, loss, tokens = kept[0], _loss(logits, words[..., 1:]), words[0, ..., 1:].numel()
    if reading.kind != "regularise":
        h.retain_grad()
        return loss, loss, lambda: _aligned(h, h.grad, tokens)
    known = loss if reading.labels == "true" else _loss(
        logits, sampled_labels(logits, generator=generator))
    (g,) = torch.autograd.grad(known.sum(), h, create_graph=True)
    c = h if reading.context == "true" else shuffled(h, generator=generator)
    E = entanglement(c, g, kernel=reading.kernel, scale=tokens).mean(-1)
    return loss + reading.lam * E, loss, lambda: _aligned(h, g, tokens)  # (8.2)


def _mapped(h, reading, generator):
    lam = reading.lam
    lam = lam[:, None, None, None] if torch.is_tensor(lam) else lam
    mix = reading.context if reading.context in ("uniform", "none") else "context"
    c = shuffled(h.detach(), generator=generator) if reading.context == "shuffled" else h
    return entangle_gradients(h, c, lam=lam, mix=mix)


def _aligned(h, g, tokens):
    return entanglement(h.detach(), g.detach(), scale=tokens).mean(-1)


def _loss(logits, targets):
    each = cross_entropy(logits.flatten(0, -2), targets.flatten(), reduction="none")
    return each.view(targets.shape).mean((-2, -1))


def _schedule(steps: int, warm: float = 0.05) -> list[float]:
    up = max(1, round(warm * steps))
    return [min(1, (k + 1) / up) * (1 + math.cos(math.pi * k / steps)) / 2 for k in range(steps)]
