"""Chooses the temperature on the seeds that judge."""

import torch

EXERCISE = "contrastive.6"
REJECTED_BY = {
    "the temperature": ("this one is best on the fresh seeds: they must judge, not choose"),
    "the gain": ("the gain over the best temperature of the fresh seeds: they must not choose"),
    "the interval": (
        "the interval over the best temperature of the fresh seeds: they must not choose"
    ),
    "no peeking": ("other temperatures were run on the fresh seeds: whoever looks there, chooses"),
}


def fair_gain(train, taus, looking, fresh, t):
    best = max(taus, key=lambda tau: sum(train("temperature", tau, s) for s in fresh))
    gains = torch.tensor([train("alpha", 1.0, s) - train("temperature", best, s) for s in fresh])
    mean, half = float(gains.mean()), float(t * gains.std() / len(gains) ** 0.5)
    return best, mean - half, mean, mean + half
