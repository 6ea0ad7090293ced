"""Clips the factor at 0."""

import torch

EXERCISE = "contour.2"
REJECTED_BY = {
    "uphill": "a negative multiplier is wanted: that is the walk bouncing uphill",
}


def multiplier(theta, J, zeta, tau, du):
    below = (J - 1).clamp(min=0)
    lined = (J > 0) & (theta[J] > 0) & (theta[below] > 0)
    rise = torch.where(lined, theta[J].log() - theta[below].log(), 0.0)
    return (1 + zeta * tau * rise / du).clamp(min=0)
