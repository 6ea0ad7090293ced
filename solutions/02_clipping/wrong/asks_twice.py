"""Asks for a gradient for each average."""

import torch

EXERCISE = "clipping.2"
REJECTED_BY = {
    "the first step": "you ask for more gradients than steps: keep grad(x) in a name",
    "four steps": "you ask for more gradients than steps: keep grad(x) in a name",
    "a table, alpha above 1": "you ask for more gradients than steps: keep grad(x) in a name",
    "equal betas never cut": "you ask for more gradients than steps: keep grad(x) in a name",
}


def acclip(grad, x0, *, lr, betas, alpha, steps):
    x, m, s = x0.clone(), torch.zeros_like(x0), torch.zeros_like(x0)
    path = [x]
    for _ in range(steps):
        m = betas[0] * m + (1 - betas[0]) * grad(x)
        s = betas[1] * s + (1 - betas[1]) * grad(x).abs() ** alpha
        tau = s ** (1 / alpha)
        x = x - lr * torch.clamp(m, -tau, tau)
        path.append(x)
    return torch.stack(path)
