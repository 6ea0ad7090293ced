"""Solves the linear equation for small errors."""

import torch

EXERCISE = "contour.6"
REJECTED_BY = {
    "the upper edge": "first order only: it is not linear",
    "the lower edge": "first order only: it is not linear",
    "fully flat": "first order only: it is not linear",
}


def resting_masses(p, J, s, zeta, edge):
    true = torch.bincount(J, weights=p)
    error = torch.zeros_like(true)
    for i in range(1, len(true)):
        inside = J == i
        wrong = zeta * (1 - s[inside]) if edge == "upper" else -zeta * s[inside]
        a = (p[inside] * wrong).sum() / true[i]
        error[i] = a * ((true[i] / true[i - 1]).log() - error[i - 1]) / (1 - a)
    return (true.log() + error).softmax(0)
