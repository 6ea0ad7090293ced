"""Takes artanh without its 2."""

import torch

EXERCISE = "contrastive.1"
REJECTED_BY = {
    "some cosines": ("half of the log-odds, which is α = ½: is the 2 of 2 artanh there?"),
    "another power": ("half of the log-odds, which is α = ½: is the 2 of 2 artanh there?"),
    "the poles": ("half of the log-odds, which is α = ½: is the 2 of 2 artanh there?"),
    "another eps": ("half of the log-odds, which is α = ½: is the 2 of 2 artanh there?"),
}


def log_odds(s, alpha=1.0, eps=1e-6):
    return alpha * torch.atanh(s.clamp(-1 + eps, 1 - eps))
