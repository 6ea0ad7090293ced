"""Leaves both corrections out."""

from math import sqrt

EXERCISE = "nimble.3"
REJECTED_BY = {
    "the first step": "no bias correction: both averages begin at zero",
    "forty steps": "no bias correction: both averages begin at zero",
    "from above": "no bias correction: both averages begin at zero",
    "other betas": "no bias correction: both averages begin at zero",
}


def size_path(lr, steps, start, target, betas=(0.9, 0.999)):
    N, M, V, path = start, 0.0, 0.0, [start]
    for _ in range(steps):
        g = 2 * (N - target)
        M, V = betas[0] * M + (1 - betas[0]) * g, betas[1] * V + (1 - betas[1]) * g * g
        N -= lr * M / (sqrt(V) + 1e-8)
        path.append(N)
    return path
