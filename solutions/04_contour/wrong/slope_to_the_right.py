"""Draws the line to the next bin."""

import torch

EXERCISE = "contour.2"
REJECTED_BY = {
    "falling masses": "the line in bin J comes from below: J - 1, not J + 1",
    "another temperature": "the line in bin J comes from below: J - 1, not J + 1",
    "the lowest bin": "the line in bin J comes from below: J - 1, not J + 1",
    "empty bins": "the numbers differ from what the formula gives",
}


def multiplier(theta, J, zeta, tau, du):
    above = (J + 1).clamp(max=len(theta) - 1)
    lined = (J > 0) & (theta[J] > 0) & (theta[above] > 0) & (theta[J - 1] > 0)
    rise = torch.where(lined, theta[above].log() - theta[J].log(), 0.0)
    return 1 + zeta * tau * rise / du
