"""The code as it was given: the diagonal is 0."""

import torch
from torch.nn.functional import normalize

EXERCISE = "contrastive.3"
REJECTED_BY = {
    "one pair alone": ("a logit of 0 still takes the share e⁰: the diagonal must become −∞"),
    "two pairs": ("a logit of 0 still takes the share e⁰: the diagonal must become −∞"),
    "a batch": ("a logit of 0 still takes the share e⁰: the diagonal must become −∞"),
}


def nt_xent(z1, z2, temperature):
    z = normalize(torch.cat([z1, z2]), dim=1)
    logits = z @ z.T / temperature
    partner = torch.arange(len(z)).roll(len(z1))
    logits = logits.fill_diagonal_(0)
    return torch.logsumexp(logits, dim=1) - logits[torch.arange(len(z)), partner]
