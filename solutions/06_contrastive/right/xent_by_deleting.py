"""Leaves the view itself out of its row."""

import torch
from torch.nn.functional import normalize

EXERCISE = "contrastive.3"


def nt_xent(z1, z2, temperature):
    z, n = normalize(torch.cat([z1, z2]), dim=1), len(z1)
    losses = []
    for i in range(2 * n):
        logits = z @ z[i] / temperature
        others = torch.cat([logits[:i], logits[i + 1 :]])
        losses.append(others.logsumexp(0) - logits[(i + n) % (2 * n)])
    return torch.stack(losses)
