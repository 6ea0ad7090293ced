"""Asks torch for the log-odds of a chance."""

import torch

EXERCISE = "contrastive.1"


def log_odds(s, alpha=1.0, eps=1e-6):
    return alpha * torch.logit((1 + s.clamp(eps - 1, 1 - eps)) / 2)
