"""Compares with the best temperature of every fresh seed."""

import torch

EXERCISE = "contrastive.6"
REJECTED_BY = {
    "the gain": ("the best temperature of each fresh seed is a rival that nobody can have"),
    "the interval": ("the best temperature of each fresh seed is a rival that nobody can have"),
    "no peeking": ("other temperatures were run on the fresh seeds: whoever looks there, chooses"),
}


def fair_gain(train, taus, looking, fresh, t):
    best = max(taus, key=lambda tau: sum(train("temperature", tau, s) for s in looking))
    gains = torch.tensor(
        [train("alpha", 1.0, s) - max(train("temperature", tau, s) for tau in taus) for s in fresh]
    )
    mean, half = float(gains.mean()), float(t * gains.std() / len(gains) ** 0.5)
    return best, mean - half, mean, mean + half
