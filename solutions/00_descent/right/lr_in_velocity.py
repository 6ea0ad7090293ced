"""Keeps the velocity in steps, with lr inside: the same path."""

import torch

EXERCISE = "descent.2"


def heavy_ball(grad, x0, *, lr, momentum, steps):
    path = torch.empty(steps + 1, *x0.shape, dtype=x0.dtype)
    path[0] = x0
    move = torch.zeros_like(x0)
    for k in range(steps):
        move = momentum * move - lr * grad(path[k])
        path[k + 1] = path[k] + move
    return path
