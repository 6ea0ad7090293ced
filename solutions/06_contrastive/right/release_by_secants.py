"""Narrows the bracket by threes."""

import torch

EXERCISE = "contrastive.4"


def release_cosine(logit, strangers):
    total = float(torch.logsumexp(logit(strangers), dim=0))
    low, high = -1.0, 1.0
    if float(logit(high)) <= total:
        return high
    while high - low > 1e-9:
        places = torch.linspace(low, high, 9, dtype=torch.float64)
        below = int((logit(places) < total).sum())
        low, high = float(places[max(below - 1, 0)]), float(places[min(below, 8)])
    return (low + high) / 2
