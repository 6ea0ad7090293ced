"""Moves the size, and opens neurons by the new one."""

import torch

EXERCISE = "nimble.4"
REJECTED_BY = {
    "a neuron half open": "N moved first: all gradients are taken at the old N",
}


def nimble_step(w, b, v, c, N, x, y, *, lr, lr_size, weight, target):
    h = torch.tanh(x[:, None] * w + b)
    m = (N - torch.arange(len(w))).clamp(0, 1).double()
    r = 2 * (c + h @ (m * v) - y) / len(y)
    pull = sum(float(r @ h[:, j] * v[j]) for j in range(len(w)) if 0 < m[j] < 1)
    N = N - lr_size * (pull + 2 * weight * (N - target))
    m = (N - torch.arange(len(w))).clamp(0, 1).double()
    r = 2 * (c + h @ (m * v) - y) / len(y)
    back = r[:, None] * (1 - h**2) * m * v
    w, b = w - lr * (back * x[:, None]).sum(0), b - lr * back.sum(0)
    return w, b, v - lr * m * (r @ h), c - lr * r.sum(), N
