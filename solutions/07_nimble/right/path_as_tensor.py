"""Returns a tensor."""

import torch

EXERCISE = "nimble.3"


def size_path(lr, steps, start, target, betas=(0.9, 0.999)):
    (b1, b2), M, V = betas, 0.0, 0.0
    path = torch.full((steps + 1,), float(start), dtype=torch.float64)
    for k in range(steps):
        g = 2 * (path[k] - target)
        M, V = M + (1 - b1) * (g - M), V + (1 - b2) * (g * g - V)
        root = (V / (1 - b2 ** (k + 1))).sqrt() + 1e-8
        path[k + 1] = path[k] - lr * M / (1 - b1 ** (k + 1)) / root
    return path
