"""The look-ahead has its sign turned: it looks back."""

import torch

EXERCISE = "descent.3"
REJECTED_BY = {
    "where the gradient is asked": "you look back: y_k lies beyond x_k, away from x_(k-1)",
    "the whole path": "you look back: y_k lies beyond x_k, away from x_(k-1)",
    "the border": "you look back: y_k lies beyond x_k, away from x_(k-1)",
}


def nesterov(grad, x0, *, lr, momentum, steps):
    x_old, x = x0, x0
    path = [x]
    for _ in range(steps):
        y = x + momentum * (x_old - x)
        x_old, x = x, y - lr * grad(y)
        path.append(x)
    return torch.stack(path)
