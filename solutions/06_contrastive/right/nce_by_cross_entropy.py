"""Uses torch's cross entropy."""

import torch
from torch.nn.functional import cosine_similarity, cross_entropy

EXERCISE = "contrastive.2"


def info_nce(z1, z2, temperature):
    s = cosine_similarity(z1[:, None], z2[None], dim=2)
    return cross_entropy(s / temperature, torch.arange(len(s)), reduction="none")
