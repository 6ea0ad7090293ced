"""A velocity in place of two points, one loop in place of two."""

import math

import torch

EXERCISE = "multistage.2"


def masg(grad, x0, L, mu, n1, budget):
    x, s, left, lr = x0, 1, n1, 1 / L
    v = torch.zeros_like(x)
    for _ in range(budget):
        if left == 0:
            s += 1
            lr, left = 0.25**s / L, 2**s * math.ceil(3 * math.log(2) * math.sqrt(L / mu))
            v = torch.zeros_like(x)
        q = math.sqrt(lr * mu)
        ahead = x + (1 - q) / (1 + q) * v
        new = ahead - lr * grad(ahead)
        x, v, left = new, new - x, left - 1
    return x
