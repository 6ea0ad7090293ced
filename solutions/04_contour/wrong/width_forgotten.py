"""Takes the rise for a slope."""

import torch

EXERCISE = "contour.2"
REJECTED_BY = {
    "falling masses": "a slope is a rise over a width: divide by du",
    "another temperature": "a slope is a rise over a width: divide by du",
    "uphill": "a slope is a rise over a width: divide by du",
    "the lowest bin": "a slope is a rise over a width: divide by du",
    "empty bins": "a slope is a rise over a width: divide by du",
}


def multiplier(theta, J, zeta, tau, du):
    below = (J - 1).clamp(min=0)
    lined = (J > 0) & (theta[J] > 0) & (theta[below] > 0)
    rise = torch.where(lined, theta[J].log() - theta[below].log(), 0.0)
    return 1 + zeta * tau * rise
