"""Averages before the caller can."""

import torch
from torch.nn.functional import normalize

EXERCISE = "contrastive.2"
REJECTED_BY = {
    "a batch": ("one loss a row is wanted: leave the mean to the caller"),
    "any length": ("one loss a row is wanted: leave the mean to the caller"),
    "all alike": ("one loss a row is wanted: leave the mean to the caller"),
    "cold": ("one loss a row is wanted: leave the mean to the caller"),
}


def info_nce(z1, z2, temperature):
    logits = normalize(z1, dim=1) @ normalize(z2, dim=1).T / temperature
    return (torch.logsumexp(logits, dim=1) - logits.diag()).mean()
