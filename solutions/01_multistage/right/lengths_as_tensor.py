"""All lengths at once, as a tensor."""

import torch

EXERCISE = "multistage.4"


def stage_lengths(L, mu, lrs, p=1):
    lrs = torch.tensor(lrs, dtype=torch.float64)
    return ((p + 2) * torch.tensor(2.0).log() / (lrs * mu).sqrt()).ceil().int() + 1
