"""Corrects both averages for their start, as Adam does."""

import torch

EXERCISE = "clipping.2"
REJECTED_BY = {
    "the first step": "no bias correction here: the source has none, the start is slow",
    "four steps": "no bias correction here: the source has none, the start is slow",
    "a table, alpha above 1": "no bias correction here: the source has none, the start is slow",
    "equal betas never cut": "no bias correction here: the source has none, the start is slow",
}


def acclip(grad, x0, *, lr, betas, alpha, steps):
    x, m, s = x0.clone(), torch.zeros_like(x0), torch.zeros_like(x0)
    path = [x]
    for k in range(steps):
        g = grad(x)
        m = betas[0] * m + (1 - betas[0]) * g
        s = betas[1] * s + (1 - betas[1]) * g.abs() ** alpha
        tau = (s / (1 - betas[1] ** (k + 1))) ** (1 / alpha)
        fair = m / (1 - betas[0] ** (k + 1))
        x = x - lr * torch.clamp(fair, -tau, tau)
        path.append(x)
    return torch.stack(path)
