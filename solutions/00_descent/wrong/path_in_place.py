"""Moves one tensor in place, so that all rows are that tensor."""

import torch

EXERCISE = "descent.2"
REJECTED_BY = {
    "the first row": "all rows are one and the same tensor, moved in place: write x = x - lr * v",
    "no momentum": "all rows are one and the same tensor, moved in place: write x = x - lr * v",
    "two steps": "all rows are one and the same tensor, moved in place: write x = x - lr * v",
    "the whole path": "all rows are one and the same tensor, moved in place: write x = x - lr * v",
    "x0 is left alone": "your function changed its input; the caller's x0 moved too",
}


def heavy_ball(grad, x0, *, lr, momentum, steps):
    x, v = x0, torch.zeros_like(x0)
    path = [x]
    for _ in range(steps):
        v = momentum * v + grad(x)
        x -= lr * v
        path.append(x)
    return torch.stack(path)
