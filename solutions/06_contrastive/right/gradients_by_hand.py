"""Uses powers of half-angle tangents."""

import math

import torch

EXERCISE = "contrastive.5"


def angle_gradients(theta_pos, theta_neg, alpha):
    near = math.tan(theta_pos / 2) ** (2 * alpha)
    weights = near / torch.tan(theta_neg / 2) ** (2 * alpha)  # relative to the partner's
    total = 1 + weights.sum()
    pull = float(weights.sum() / total) * 2 * alpha / math.sin(theta_pos)
    return pull, -weights / total * 2 * alpha / torch.sin(theta_neg)
