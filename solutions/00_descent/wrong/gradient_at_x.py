"""The code as it was given: the gradient is asked at x."""

import torch

EXERCISE = "descent.3"
REJECTED_BY = {
    "where the gradient is asked": "still asked at x_k, as the heavy ball does: look ahead to y_k",
    "the whole path": "still asked at x_k, as the heavy ball does: look ahead to y_k",
    "the border": "still asked at x_k, as the heavy ball does: look ahead to y_k",
}


def nesterov(grad, x0, *, lr, momentum, steps):
    x_old, x = x0, x0
    path = [x]
    for _ in range(steps):
        y = x + momentum * (x - x_old)
        x_old, x = x, y - lr * grad(x)
        path.append(x)
    return torch.stack(path)
