"""Iterates the update, damped, and stops early."""

import torch

EXERCISE = "contour.6"
REJECTED_BY = {
    "the upper edge": "these masses still move: was an iteration stopped too early?",
    "the lower edge": "these masses still move: was an iteration stopped too early?",
    "fully flat": "these masses still move: was an iteration stopped too early?",
}


def resting_masses(p, J, s, zeta, edge):
    true = torch.bincount(J, weights=p)
    theta, below = true, (J - 1).clamp(min=0)
    for _ in range(5):
        log = theta.log()
        psi = s * log[J] + (1 - s) * log[below]
        rounded = log[J] if edge == "upper" else log[below]
        new = torch.bincount(J, weights=p * (zeta * (rounded - psi)).exp())
        theta = ((theta.log() + (new / new.sum()).log()) / 2).softmax(0)
    return theta
