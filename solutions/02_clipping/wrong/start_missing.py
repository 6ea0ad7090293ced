"""Leaves x0 out of the path."""

import torch

EXERCISE = "clipping.2"
REJECTED_BY = {
    "the first step": "the start is missing: x0 is row 0, so there are steps + 1 rows",
    "four steps": "the start is missing: x0 is row 0, so there are steps + 1 rows",
    "a table, alpha above 1": "the start is missing: x0 is row 0, so there are steps + 1 rows",
    "equal betas never cut": "the start is missing: x0 is row 0, so there are steps + 1 rows",
}


def acclip(grad, x0, *, lr, betas, alpha, steps):
    x, m, s = x0.clone(), torch.zeros_like(x0), torch.zeros_like(x0)
    path = []
    for _ in range(steps):
        g = grad(x)
        m = betas[0] * m + (1 - betas[0]) * g
        s = betas[1] * s + (1 - betas[1]) * g.abs() ** alpha
        tau = s ** (1 / alpha)
        x = x - lr * torch.clamp(m, -tau, tau)
        path.append(x)
    return torch.stack(path)
