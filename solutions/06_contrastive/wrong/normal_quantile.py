"""Takes 1.96 for six runs."""

import torch

EXERCISE = "contrastive.6"
REJECTED_BY = {
    "the interval": ("1.96 is for many runs: with six take the t that is given"),
}


def fair_gain(train, taus, looking, fresh, t):
    best = max(taus, key=lambda tau: sum(train("temperature", tau, s) for s in looking))
    gains = torch.tensor([train("alpha", 1.0, s) - train("temperature", best, s) for s in fresh])
    mean, half = float(gains.mean()), float(1.96 * gains.std() / len(gains) ** 0.5)
    return best, mean - half, mean, mean + half
