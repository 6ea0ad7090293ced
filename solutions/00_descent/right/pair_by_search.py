"""Tries many momenta and keeps the one with the smallest factor."""

import torch

EXERCISE = "descent.4"


def factor(h, lr, beta):
    half = (1 + beta - lr * h) / 2
    gap = (half**2 - beta).clamp(min=0).sqrt()
    return float(torch.where(gap > 0, half.abs() + gap, torch.full_like(half, beta**0.5)).max())


def tune(curvatures):
    h = torch.stack([curvatures.min(), curvatures.max()])
    roots = torch.linspace(0, 0.99, 600).tolist()
    pairs = [((1 + r) ** 2 / float(h[1]), r * r) for r in roots]
    return min(pairs, key=lambda pair: factor(h, *pair))
