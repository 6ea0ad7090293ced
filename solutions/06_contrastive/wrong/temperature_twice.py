"""Divides each view by the temperature."""

import torch
from torch.nn.functional import normalize

EXERCISE = "contrastive.2"
REJECTED_BY = {
    "a batch": ("the temperature divides once, you divide twice"),
    "any length": ("the temperature divides once, you divide twice"),
    "cold": ("the temperature divides once, you divide twice"),
}


def info_nce(z1, z2, temperature):
    logits = (normalize(z1, dim=1) / temperature) @ (normalize(z2, dim=1) / temperature).T
    return torch.logsumexp(logits, dim=1) - logits.diag()
