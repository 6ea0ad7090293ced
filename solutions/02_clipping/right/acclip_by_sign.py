"""The smaller size with the sign of m."""

import torch

EXERCISE = "clipping.2"


def acclip(grad, x0, *, lr, betas, alpha, steps):
    (beta1, beta2), rows = betas, [x0]
    m, s = 0 * x0, 0 * x0
    for _ in range(steps):
        g = grad(rows[-1])
        m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * abs(g) ** alpha
        rows.append(rows[-1] - lr * m.sign() * torch.minimum(abs(m), s ** (1 / alpha)))
    return torch.stack(rows)
