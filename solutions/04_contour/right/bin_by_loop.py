"""One energy after the other, in plain Python."""

import torch

EXERCISE = "contour.1"


def bin_of(u, u0, du, m):
    return torch.tensor([min(max(int((v - u0) // du), 0), m - 1) for v in u.tolist()])
