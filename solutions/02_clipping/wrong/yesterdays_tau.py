"""Cuts before it renews the threshold."""

import torch

EXERCISE = "clipping.2"
REJECTED_BY = {
    "the first step": "you cut by the old threshold: renew it first, then cut",
    "four steps": "you cut by the old threshold: renew it first, then cut",
    "a table, alpha above 1": "you cut by the old threshold: renew it first, then cut",
    "equal betas never cut": "you cut by the old threshold: renew it first, then cut",
}


def acclip(grad, x0, *, lr, betas, alpha, steps):
    x, m, s = x0.clone(), torch.zeros_like(x0), torch.zeros_like(x0)
    path = [x]
    for _ in range(steps):
        g = grad(x)
        m = betas[0] * m + (1 - betas[0]) * g
        tau = s ** (1 / alpha)
        x = x - lr * torch.clamp(m, -tau, tau)
        s = betas[1] * s + (1 - betas[1]) * g.abs() ** alpha
        path.append(x)
    return torch.stack(path)
