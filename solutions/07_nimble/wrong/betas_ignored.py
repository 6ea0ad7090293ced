"""Writes the betas out."""

from math import sqrt

EXERCISE = "nimble.3"
REJECTED_BY = {
    "other betas": "betas are ignored",
}


def size_path(lr, steps, start, target, betas=(0.9, 0.999)):
    N, M, V, path = start, 0.0, 0.0, [start]
    for k in range(1, steps + 1):
        g = 2 * (N - target)
        M, V = 0.9 * M + 0.1 * g, 0.999 * V + 0.001 * g * g
        N -= lr * (M / (1 - 0.9**k)) / (sqrt(V / (1 - 0.999**k)) + 1e-8)
        path.append(N)
    return path
