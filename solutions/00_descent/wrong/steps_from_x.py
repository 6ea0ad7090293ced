"""Asks at y and then steps from x, so the momentum is lost."""

import torch

EXERCISE = "descent.3"
REJECTED_BY = {
    "where the gradient is asked": "you look from y_k but step from x_k: start the step at y_k",
    "the whole path": "you look from y_k but step from x_k: start the step at y_k",
    "the border": "you look from y_k but step from x_k: start the step at y_k",
}


def nesterov(grad, x0, *, lr, momentum, steps):
    x_old, x = x0, x0
    path = [x]
    for _ in range(steps):
        y = x + momentum * (x - x_old)
        x_old, x = x, x - lr * grad(y)
        path.append(x)
    return torch.stack(path)
