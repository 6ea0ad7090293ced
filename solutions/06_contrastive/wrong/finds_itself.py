"""Leaves the diagonal as it is."""

import torch
from torch.nn.functional import normalize

EXERCISE = "contrastive.3"
REJECTED_BY = {
    "one pair alone": ("each view finds itself, at cosine 1: its own logit must be −∞"),
    "two pairs": ("each view finds itself, at cosine 1: its own logit must be −∞"),
    "a batch": ("each view finds itself, at cosine 1: its own logit must be −∞"),
    "cold": ("each view finds itself, at cosine 1: its own logit must be −∞"),
}


def nt_xent(z1, z2, temperature):
    z = normalize(torch.cat([z1, z2]), dim=1)
    logits = z @ z.T / temperature
    partner = torch.arange(len(z)).roll(len(z1))
    return torch.logsumexp(logits, dim=1) - logits[torch.arange(len(z)), partner]
