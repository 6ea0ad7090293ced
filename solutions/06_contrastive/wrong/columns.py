"""Lets the rows of z2 look."""

import torch
from torch.nn.functional import normalize

EXERCISE = "contrastive.2"
REJECTED_BY = {
    "a batch": ("rows of z1 look among rows of z2: your softmax runs over the other axis"),
    "any length": ("rows of z1 look among rows of z2: your softmax runs over the other axis"),
    "cold": ("rows of z1 look among rows of z2: your softmax runs over the other axis"),
}


def info_nce(z1, z2, temperature):
    logits = normalize(z1, dim=1) @ normalize(z2, dim=1).T / temperature
    return torch.logsumexp(logits, dim=0) - logits.diag()
