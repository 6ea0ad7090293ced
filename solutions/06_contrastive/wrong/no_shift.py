"""Takes exp of cold logits."""

import torch
from torch.nn.functional import normalize

EXERCISE = "contrastive.2"
REJECTED_BY = {
    "cold": ("cold logits overflow exp: take logsumexp, or subtract the largest of each row first"),
}


def info_nce(z1, z2, temperature):
    weights = torch.exp(normalize(z1, dim=1) @ normalize(z2, dim=1).T / temperature)
    return -torch.log(weights.diag() / weights.sum(1))
