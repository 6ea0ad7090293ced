"""Gives the first beta to the threshold."""

import torch

EXERCISE = "clipping.2"
REJECTED_BY = {
    "four steps": "the betas are swapped: the first is for m, the second for the threshold",
    "a table, alpha above 1": (
        "the betas are swapped: the first is for m, the second for the threshold"
    ),
}


def acclip(grad, x0, *, lr, betas, alpha, steps):
    x, m, s = x0.clone(), torch.zeros_like(x0), torch.zeros_like(x0)
    path = [x]
    for _ in range(steps):
        g = grad(x)
        m = betas[1] * m + (1 - betas[1]) * g
        s = betas[0] * s + (1 - betas[0]) * g.abs() ** alpha
        tau = s ** (1 / alpha)
        x = x - lr * torch.clamp(m, -tau, tau)
        path.append(x)
    return torch.stack(path)
