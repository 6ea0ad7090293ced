"""Tries many momenta at once and keeps the one with the smallest factor."""

import torch

EXERCISE = "descent.4"


def tune(curvatures):
    ends = torch.stack([curvatures.min(), curvatures.max()])
    root = torch.linspace(0, 0.99, 600, dtype=torch.float64)
    lr, beta = (1 + root) ** 2 / ends[1], root**2
    half = (1 + beta - lr * ends[:, None]) / 2
    gap = (half**2 - beta).clamp(min=0).sqrt()
    factor = torch.where(gap > 0, half.abs() + gap, root).max(0).values
    best = int(factor.argmin())
    return float(lr[best]), float(beta[best])
