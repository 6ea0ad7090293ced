"""Leaves the mask out."""

import torch

EXERCISE = "nimble.4"
REJECTED_BY = {
    "a neuron half open": "the mask is missing: every neuron takes part in full",
    "shut neurons stay": "a neuron that is shut was moved: its share is 0, so are its gradients",
    "the size moves": "N hears only the size loss: the mask must carry the task's pull, (7.6)",
}


def nimble_step(w, b, v, c, N, x, y, *, lr, lr_size, weight, target):
    h = torch.tanh(x[:, None] * w + b)
    r = 2 * (c + h @ v - y) / len(y)
    back = r[:, None] * (1 - h**2) * v
    N = N - lr_size * 2 * weight * (N - target)
    w, b = w - lr * (back * x[:, None]).sum(0), b - lr * back.sum(0)
    return w, b, v - lr * (r @ h), c - lr * r.sum(), N
