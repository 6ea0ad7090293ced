"""Never renews the point before: x_old stays x0."""

import torch

EXERCISE = "descent.3"
REJECTED_BY = {
    "where the gradient is asked": "x_(k-1) never changes in your loop: renew it after each step",
    "the whole path": "x_(k-1) never changes in your loop: renew it after each step",
    "the border": "x_(k-1) never changes in your loop: renew it after each step",
}


def nesterov(grad, x0, *, lr, momentum, steps):
    x_old, x = x0, x0
    path = [x]
    for _ in range(steps):
        y = x + momentum * (x - x_old)
        x = y - lr * grad(y)
        path.append(x)
    return torch.stack(path)
