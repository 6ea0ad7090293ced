"""One bin after the other, in plain Python."""

import math

import torch

EXERCISE = "contour.2"


def multiplier(theta, J, zeta, tau, du):
    found = []
    for j in J.tolist():
        pair = float(theta[j]), float(theta[j - 1])
        flat = j == 0 or 0.0 in pair
        found.append(1.0 if flat else 1 + zeta * tau * math.log(pair[0] / pair[1]) / du)
    return torch.tensor(found, dtype=theta.dtype)
