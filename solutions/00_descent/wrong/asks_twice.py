"""Asks for the gradient twice in each step."""

import torch

EXERCISE = "descent.2"
REJECTED_BY = {
    "one gradient a step": "you ask for more gradients than steps: keep grad(x) in a name",
}


def heavy_ball(grad, x0, *, lr, momentum, steps):
    x, v = x0.clone(), torch.zeros_like(x0)
    path = [x]
    for _ in range(steps):
        if torch.isfinite(grad(x)).all():
            v = momentum * v + grad(x)
        x = x - lr * v
        path.append(x)
    return torch.stack(path)
