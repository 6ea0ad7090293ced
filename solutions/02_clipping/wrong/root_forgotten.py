"""Cuts at the average of |g|^alpha itself."""

import torch

EXERCISE = "clipping.2"
REJECTED_BY = {
    "a table, alpha above 1": "tau is in gradient units: take the root 1 / alpha of the average",
    "equal betas never cut": "tau is in gradient units: take the root 1 / alpha of the average",
}


def acclip(grad, x0, *, lr, betas, alpha, steps):
    x, m, s = x0.clone(), torch.zeros_like(x0), torch.zeros_like(x0)
    path = [x]
    for _ in range(steps):
        g = grad(x)
        m = betas[0] * m + (1 - betas[0]) * g
        s = betas[1] * s + (1 - betas[1]) * g.abs() ** alpha
        tau = s
        x = x - lr * torch.clamp(m, -tau, tau)
        path.append(x)
    return torch.stack(path)
