"""Divides by the threshold, as Adam does."""

import torch

EXERCISE = "clipping.2"
REJECTED_BY = {
    "the first step": "you divide by tau, as Adam does: here tau only cuts",
    "four steps": "you divide by tau, as Adam does: here tau only cuts",
    "a table, alpha above 1": "you divide by tau, as Adam does: here tau only cuts",
    "equal betas never cut": "you divide by tau, as Adam does: here tau only cuts",
}


def acclip(grad, x0, *, lr, betas, alpha, steps):
    x, m, s = x0.clone(), torch.zeros_like(x0), torch.zeros_like(x0)
    path = [x]
    for _ in range(steps):
        g = grad(x)
        m = betas[0] * m + (1 - betas[0]) * g
        s = betas[1] * s + (1 - betas[1]) * g.abs() ** alpha
        tau = s ** (1 / alpha)
        x = x - lr * m / (tau + 1e-12)
        path.append(x)
    return torch.stack(path)
