"""Goes row by row, shifted by the largest."""

import torch

EXERCISE = "contrastive.2"


def info_nce(z1, z2, temperature):
    losses = []
    for i, row in enumerate(z1):
        logits = z2 @ row / (z2.norm(dim=1) * row.norm()) / temperature
        top = logits.max()
        losses.append(top + (logits - top).exp().sum().log() - logits[i])
    return torch.stack(losses)
