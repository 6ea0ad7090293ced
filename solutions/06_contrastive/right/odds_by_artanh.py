"""Uses twice artanh."""

import torch

EXERCISE = "contrastive.1"


def log_odds(s, alpha=1.0, eps=1e-6):
    return 2 * alpha * torch.atanh(torch.clamp(s, eps - 1, 1 - eps))
