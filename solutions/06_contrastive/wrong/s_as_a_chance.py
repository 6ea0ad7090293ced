"""Takes the cosine itself for a chance."""

import torch

EXERCISE = "contrastive.1"
REJECTED_BY = {
    "some cosines": ("s itself is no chance: (1 + s)/2 is"),
    "another power": ("s itself is no chance: (1 + s)/2 is"),
    "the poles": ("s itself is no chance: (1 + s)/2 is"),
    "another eps": ("s itself is no chance: (1 + s)/2 is"),
}


def log_odds(s, alpha=1.0, eps=1e-6):
    s = s.clamp(-1 + eps, 1 - eps)
    return alpha * torch.log(s / (1 - s))
