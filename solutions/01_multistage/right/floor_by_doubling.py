"""Doubles the number of steps until nothing changes."""

import torch

EXERCISE = "multistage.3"


def floor(curvatures, lr, mu, noise):
    q = (lr * mu) ** 0.5
    beta, left, total = (1 - q) / (1 + q), 1 - lr * curvatures, 0.0
    for h, r in zip(curvatures.tolist(), left.tolist(), strict=True):
        M = torch.tensor([[(1 + beta) * r, -beta * r], [1.0, 0.0]], dtype=torch.float64)
        S = torch.zeros(2, 2, dtype=torch.float64)
        S[0, 0] = (lr * noise) ** 2
        for _ in range(40):
            S, M = S + M @ S @ M.T, M @ M
        total += h * float(S[0, 0]) / 2
    return total
