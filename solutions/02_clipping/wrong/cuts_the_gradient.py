"""Cuts g where m is to be cut."""

import torch

EXERCISE = "clipping.2"
REJECTED_BY = {
    "four steps": "you cut the gradient: ACClip cuts its running average m",
    "a table, alpha above 1": "you cut the gradient: ACClip cuts its running average m",
    "equal betas never cut": "you cut the gradient: ACClip cuts its running average m",
}


def acclip(grad, x0, *, lr, betas, alpha, steps):
    x, m, s = x0.clone(), torch.zeros_like(x0), torch.zeros_like(x0)
    path = [x]
    for _ in range(steps):
        g = grad(x)
        m = betas[0] * m + (1 - betas[0]) * g
        s = betas[1] * s + (1 - betas[1]) * g.abs() ** alpha
        tau = s ** (1 / alpha)
        x = x - lr * torch.clamp(g, -tau, tau)
        path.append(x)
    return torch.stack(path)
