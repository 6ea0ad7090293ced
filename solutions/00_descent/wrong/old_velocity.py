"""Moves x first, with the velocity of the step before."""

import torch

EXERCISE = "descent.2"
REJECTED_BY = {
    "no momentum": "x moved with the old velocity: renew v first, then move x with it",
    "two steps": "x moved with the old velocity: renew v first, then move x with it",
    "the whole path": "x moved with the old velocity: renew v first, then move x with it",
}


def heavy_ball(grad, x0, *, lr, momentum, steps):
    x, v = x0.clone(), torch.zeros_like(x0)
    path = [x]
    for _ in range(steps):
        g = grad(x)
        x = x - lr * v
        v = momentum * v + g
        path.append(x)
    return torch.stack(path)
