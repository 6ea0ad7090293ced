"""A velocity in place of two points."""

import torch

EXERCISE = "descent.3"


def nesterov(grad, x0, *, lr, momentum, steps):
    x, v = x0.clone(), torch.zeros_like(x0)
    path = [x]
    for _ in range(steps):
        v = momentum * v - lr * grad(x + momentum * v)
        x = x + v
        path.append(x)
    return torch.stack(path)
