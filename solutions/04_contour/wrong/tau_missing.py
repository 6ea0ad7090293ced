"""Takes log Psi for an energy at every temperature."""

import torch

EXERCISE = "contour.2"
REJECTED_BY = {
    "another temperature": "tau is missing: log Psi is measured in units of energy",
}


def multiplier(theta, J, zeta, tau, du):
    below = (J - 1).clamp(min=0)
    lined = (J > 0) & (theta[J] > 0) & (theta[below] > 0)
    rise = torch.where(lined, theta[J].log() - theta[below].log(), 0.0)
    return 1 + zeta * rise / du
