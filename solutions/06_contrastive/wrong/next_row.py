"""Takes the next row for the partner."""

import torch
from torch.nn.functional import normalize

EXERCISE = "contrastive.3"
REJECTED_BY = {
    "two pairs": ("the partner of row i is i + B or i − B, not the next row"),
    "a batch": ("the partner of row i is i + B or i − B, not the next row"),
    "cold": ("the partner of row i is i + B or i − B, not the next row"),
}


def nt_xent(z1, z2, temperature):
    z = normalize(torch.cat([z1, z2]), dim=1)
    logits = (z @ z.T / temperature).fill_diagonal_(-torch.inf)
    partner = torch.arange(len(z)).roll(-1)
    return torch.logsumexp(logits, dim=1) - logits[torch.arange(len(z)), partner]
