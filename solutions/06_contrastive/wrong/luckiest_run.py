"""Takes the temperature of the luckiest run."""

import torch

EXERCISE = "contrastive.6"
REJECTED_BY = {
    "the temperature": ("this one had the best single run: take the best mean over looking seeds"),
    "the gain": ("this is the gain over the temperature of the luckiest run: take the best mean"),
    "the interval": ("this is the interval over the luckiest run's temperature"),
    "no peeking": ("other temperatures were run on the fresh seeds: whoever looks there, chooses"),
}


def fair_gain(train, taus, looking, fresh, t):
    best = max(taus, key=lambda tau: max(train("temperature", tau, s) for s in looking))
    gains = torch.tensor([train("alpha", 1.0, s) - train("temperature", best, s) for s in fresh])
    mean, half = float(gains.mean()), float(t * gains.std() / len(gains) ** 0.5)
    return best, mean - half, mean, mean + half
