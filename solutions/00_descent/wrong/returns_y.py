"""Returns the places it looked from instead of the iterates."""

import torch

EXERCISE = "descent.3"
REJECTED_BY = {
    "the whole path": "these are the y's, the places you looked from: the path is made of x's",
}


def nesterov(grad, x0, *, lr, momentum, steps):
    x, y = x0, x0
    path = [y]
    for _ in range(steps):
        x_new = y - lr * grad(y)
        y = x_new + momentum * (x_new - x)
        x = x_new
        path.append(y)
    return torch.stack(path)
