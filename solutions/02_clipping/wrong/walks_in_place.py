"""Moves the caller's x0 along."""

import torch

EXERCISE = "clipping.2"
REJECTED_BY = {
    "the first step": "all rows are one and the same tensor, moved in place: write x = x - lr * v",
    "four steps": "all rows are one and the same tensor, moved in place: write x = x - lr * v",
    "a table, alpha above 1": (
        "all rows are one and the same tensor, moved in place: write x = x - lr * v"
    ),
    "equal betas never cut": (
        "all rows are one and the same tensor, moved in place: write x = x - lr * v"
    ),
    "x0 is left alone": "your function changed its input; the caller's x0 moved too",
}


def acclip(grad, x0, *, lr, betas, alpha, steps):
    x, m, s = x0, torch.zeros_like(x0), torch.zeros_like(x0)
    path = [x]
    for _ in range(steps):
        g = grad(x)
        m = betas[0] * m + (1 - betas[0]) * g
        s = betas[1] * s + (1 - betas[1]) * g.abs() ** alpha
        tau = s ** (1 / alpha)
        x -= lr * torch.clamp(m, -tau, tau)
        path.append(x)
    return torch.stack(path)
