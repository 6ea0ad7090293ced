"""Averages the gradients, as Adam does, instead of adding them."""

import torch

EXERCISE = "descent.2"
REJECTED_BY = {
    "two steps": "your steps carry a factor 1 - momentum: here v adds the whole gradient",
    "the whole path": "your steps carry a factor 1 - momentum: here v adds the whole gradient",
}


def heavy_ball(grad, x0, *, lr, momentum, steps):
    x, v = x0.clone(), torch.zeros_like(x0)
    path = [x]
    for _ in range(steps):
        v = momentum * v + (1 - momentum) * grad(x)
        x = x - lr * v
        path.append(x)
    return torch.stack(path)
