"""Clamps, but never looks at eps."""

import torch

EXERCISE = "contrastive.1"
REJECTED_BY = {
    "another eps": ("nothing keeps s from ±1: clamp it to ±(1 − eps) first"),
}


def log_odds(s, alpha=1.0, eps=1e-6):
    s = s.clamp(-0.999999, 0.999999)
    return alpha * torch.log((1 + s) / (1 - s))
