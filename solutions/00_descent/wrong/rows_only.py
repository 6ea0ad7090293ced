"""Uses a dot product that takes vectors only."""

import torch

EXERCISE = "descent.5"
REJECTED_BY = {
    "u as a matrix": "dot and @ want a vector: (u * w).sum() works for every shape",
}


def sharpness(hvp, u, *, steps):
    if float(u.norm()) == 0:
        raise ValueError("u must not be zero")
    for _ in range(steps):
        u = u / u.norm()
        w = hvp(u)
        value = float(torch.dot(u, w))
        u = w
    return value
