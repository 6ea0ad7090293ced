"""Leaves the partner out of the sum."""

import torch
from torch.nn.functional import normalize

EXERCISE = "contrastive.3"
REJECTED_BY = {
    "one pair alone": (
        "cold logits overflow exp: take logsumexp, or subtract the largest of each row first"
    ),
    "two pairs": (
        "the partner is missing below the fraction line: only the view itself is left out"
    ),
    "a batch": ("the partner is missing below the fraction line: only the view itself is left out"),
}


def nt_xent(z1, z2, temperature):
    z = normalize(torch.cat([z1, z2]), dim=1)
    logits = z @ z.T / temperature
    partner = torch.arange(len(z)).roll(len(z1))
    near = logits[torch.arange(len(z)), partner].clone()
    logits = logits.fill_diagonal_(-torch.inf)
    logits[torch.arange(len(z)), partner] = -torch.inf
    return torch.logsumexp(logits, dim=1) - near
