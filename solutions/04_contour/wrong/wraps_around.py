"""Takes the last bin for the one below bin 0."""

import torch

EXERCISE = "contour.2"
REJECTED_BY = {
    "the lowest bin": "in bin 0 there is no bin below: the factor is 1",
}


def multiplier(theta, J, zeta, tau, du):
    lined = (theta[J] > 0) & (theta[J - 1] > 0)
    rise = torch.where(lined, theta[J].log() - theta[J - 1].log(), 0.0)
    return 1 + zeta * tau * rise / du
