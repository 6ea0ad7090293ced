"""Moves the weights in place."""

import torch

EXERCISE = "nimble.4"
REJECTED_BY = {
    "inputs are left alone": "your function changed w: make new tensors",
}


def nimble_step(w, b, v, c, N, x, y, *, lr, lr_size, weight, target):
    h = torch.tanh(x[:, None] * w + b)
    m = (N - torch.arange(len(w))).clamp(0, 1).double()
    r = 2 * (c + h @ (m * v) - y) / len(y)
    pull = sum(float(r @ h[:, j] * v[j]) for j in range(len(w)) if 0 < m[j] < 1)
    back = r[:, None] * (1 - h**2) * m * v
    w -= lr * (back * x[:, None]).sum(0)
    b -= lr * back.sum(0)
    v -= lr * m * (r @ h)
    return w, b, v, c - lr * r.sum(), N - lr_size * (pull + 2 * weight * (N - target))
