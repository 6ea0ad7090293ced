"""Leaves the partner out of the sum."""

import torch
from torch.nn.functional import normalize

EXERCISE = "contrastive.2"
REJECTED_BY = {
    "a batch": ("the partner is missing below the fraction line: the softmax runs over all of z2"),
    "any length": (
        "the partner is missing below the fraction line: the softmax runs over all of z2"
    ),
    "all alike": (
        "the partner is missing below the fraction line: the softmax runs over all of z2"
    ),
}


def info_nce(z1, z2, temperature):
    logits = normalize(z1, dim=1) @ normalize(z2, dim=1).T / temperature
    others = logits.masked_fill(torch.eye(len(logits), dtype=torch.bool), -torch.inf)
    return torch.logsumexp(others, dim=1) - logits.diag()
