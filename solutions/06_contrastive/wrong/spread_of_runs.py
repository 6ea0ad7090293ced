"""Takes the spread of single gains for the mean's."""

import torch

EXERCISE = "contrastive.6"
REJECTED_BY = {
    "the interval": ("this is the spread of single gains: divide by √n for the mean"),
}


def fair_gain(train, taus, looking, fresh, t):
    best = max(taus, key=lambda tau: sum(train("temperature", tau, s) for s in looking))
    gains = torch.tensor([train("alpha", 1.0, s) - train("temperature", best, s) for s in fresh])
    mean, half = float(gains.mean()), float(t * gains.std())
    return best, mean - half, mean, mean + half
