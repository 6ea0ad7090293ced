"""Lets the poles run to infinity."""

import torch

EXERCISE = "contrastive.1"
REJECTED_BY = {
    "the poles": ("nothing keeps s from ±1: clamp it to ±(1 − eps) first"),
    "another eps": ("nothing keeps s from ±1: clamp it to ±(1 − eps) first"),
}


def log_odds(s, alpha=1.0, eps=1e-6):
    return alpha * torch.log((1 + s) / (1 - s))
