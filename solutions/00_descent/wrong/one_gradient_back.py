"""Remembers only the gradient of the step before, not the velocity."""

import torch

EXERCISE = "descent.2"
REJECTED_BY = {
    "the whole path": "your ball remembers one gradient only: v holds all of them, fading",
}


def heavy_ball(grad, x0, *, lr, momentum, steps):
    x, g_old = x0.clone(), torch.zeros_like(x0)
    path = [x]
    for _ in range(steps):
        g = grad(x)
        x = x - lr * (momentum * g_old + g)
        g_old = g
        path.append(x)
    return torch.stack(path)
