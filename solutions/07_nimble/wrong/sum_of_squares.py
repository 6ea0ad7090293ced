"""Sums the squares."""

import torch

EXERCISE = "nimble.4"
REJECTED_BY = {
    "all neurons open": "the loss is a mean over the examples, yours a sum",
    "a neuron half open": "the loss is a mean over the examples, yours a sum",
    "the size moves": "the loss is a mean over the examples, yours a sum",
}


def nimble_step(w, b, v, c, N, x, y, *, lr, lr_size, weight, target):
    old = [torch.as_tensor(p, dtype=torch.float64).clone() for p in (w, b, v, c, N)]
    old = [p.requires_grad_() for p in old]
    w, b, v, c, N = old
    m = (N - torch.arange(len(w))).clamp(0, 1)
    out = c + (torch.tanh(x[:, None] * w + b) * m) @ v
    loss = ((out - y) ** 2).sum() + weight * (N - target) ** 2
    grads = torch.autograd.grad(loss, old)
    new = [p - rate * g for p, rate, g in zip(old, [lr] * 4 + [lr_size], grads, strict=True)]
    return tuple(p.detach() for p in new)
