"""Returns the rows x_1 to x_steps: the start is not among them."""

import torch

EXERCISE = "descent.2"
REJECTED_BY = {
    "the first row": "the start is missing: x0 is row 0, so there are steps + 1 rows",
    "no momentum": "the start is missing: x0 is row 0, so there are steps + 1 rows",
    "two steps": "the start is missing: x0 is row 0, so there are steps + 1 rows",
    "the whole path": "the start is missing: x0 is row 0, so there are steps + 1 rows",
}


def heavy_ball(grad, x0, *, lr, momentum, steps):
    x, v = x0.clone(), torch.zeros_like(x0)
    path = []
    for _ in range(steps):
        v = momentum * v + grad(x)
        x = x - lr * v
        path.append(x)
    return torch.stack(path)
