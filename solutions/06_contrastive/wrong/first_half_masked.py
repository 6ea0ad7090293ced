"""Hides only the first views from themselves."""

import torch
from torch.nn.functional import normalize

EXERCISE = "contrastive.3"
REJECTED_BY = {
    "one pair alone": (
        "the second views still find themselves: the diagonal of all 2 B rows becomes −∞"
    ),
    "two pairs": (
        "the second views still find themselves: the diagonal of all 2 B rows becomes −∞"
    ),
    "a batch": ("the second views still find themselves: the diagonal of all 2 B rows becomes −∞"),
    "cold": ("the second views still find themselves: the diagonal of all 2 B rows becomes −∞"),
}


def nt_xent(z1, z2, temperature):
    z = normalize(torch.cat([z1, z2]), dim=1)
    logits = z @ z.T / temperature
    partner = torch.arange(len(z)).roll(len(z1))
    mine = torch.arange(len(z1))
    logits[mine, mine] = -torch.inf
    return torch.logsumexp(logits, dim=1) - logits[torch.arange(len(z)), partner]
