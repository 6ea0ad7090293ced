"""Takes dot products for cosines."""

import torch

EXERCISE = "contrastive.2"
REJECTED_BY = {
    "any length": ("only directions count: divide each row by its length first"),
}


def info_nce(z1, z2, temperature):
    logits = z1 @ z2.T / temperature
    return torch.logsumexp(logits, dim=1) - logits.diag()
