"""Gives what the temperature gains."""

import torch

EXERCISE = "contrastive.6"
REJECTED_BY = {
    "the gain": ("the sign is turned: the gain is the log-odds' share less the temperature's"),
}


def fair_gain(train, taus, looking, fresh, t):
    best = max(taus, key=lambda tau: sum(train("temperature", tau, s) for s in looking))
    gains = torch.tensor([train("temperature", best, s) - train("alpha", 1.0, s) for s in fresh])
    mean, half = float(gains.mean()), float(t * gains.std() / len(gains) ** 0.5)
    return best, mean - half, mean, mean + half
