"""Differentiates the mask after all."""

import torch

EXERCISE = "nimble.2"


def size_gradient(N, h, v, r):
    size = torch.tensor(N, dtype=torch.float64, requires_grad=True)
    m = (size - torch.arange(len(v), dtype=torch.float64)).clamp(0, 1)
    with torch.enable_grad():
        (g,) = torch.autograd.grad((r * (h * m * v).sum(1)).sum(), size)
    return g.item()
