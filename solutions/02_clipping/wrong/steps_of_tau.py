"""Moves every entry by its threshold."""

import torch

EXERCISE = "clipping.2"
REJECTED_BY = {
    "four steps": "every entry moves by tau: where |m| is smaller, m passes",
    "a table, alpha above 1": "every entry moves by tau: where |m| is smaller, m passes",
    "equal betas never cut": "every entry moves by tau: where |m| is smaller, m passes",
}


def acclip(grad, x0, *, lr, betas, alpha, steps):
    x, m, s = x0.clone(), torch.zeros_like(x0), torch.zeros_like(x0)
    path = [x]
    for _ in range(steps):
        g = grad(x)
        m = betas[0] * m + (1 - betas[0]) * g
        s = betas[1] * s + (1 - betas[1]) * g.abs() ** alpha
        tau = s ** (1 / alpha)
        x = x - lr * m.sign() * tau
        path.append(x)
    return torch.stack(path)
