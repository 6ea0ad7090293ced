"""The ratio of the source, with a tiny epsilon, and tau kept in place of its power."""

import torch

EXERCISE = "clipping.2"


def acclip(grad, x0, *, lr, betas, alpha, steps):
    path = torch.empty(steps + 1, *x0.shape, dtype=x0.dtype)
    path[0] = x0
    m = tau = torch.zeros_like(x0)
    for k in range(steps):
        g = grad(path[k].clone())
        m = m + (1 - betas[0]) * (g - m)
        tau = (betas[1] * tau**alpha + (1 - betas[1]) * g.abs() ** alpha) ** (1 / alpha)
        path[k + 1] = path[k] - lr * torch.minimum(tau / (m.abs() + 1e-12), torch.ones_like(m)) * m
    return path
