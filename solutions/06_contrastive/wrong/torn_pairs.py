"""Adds the variances of both losses."""

import torch

EXERCISE = "contrastive.6"
REJECTED_BY = {
    "the interval": ("the pairs are torn apart: what a seed does to both losses cancels in a gain"),
}


def fair_gain(train, taus, looking, fresh, t):
    best = max(taus, key=lambda tau: sum(train("temperature", tau, s) for s in looking))
    free = torch.tensor([train("alpha", 1.0, s) for s in fresh])
    tuned = torch.tensor([train("temperature", best, s) for s in fresh])
    mean = float(free.mean() - tuned.mean())
    half = float(t * ((free.var() + tuned.var()) / len(fresh)) ** 0.5)
    return best, mean - half, mean, mean + half
