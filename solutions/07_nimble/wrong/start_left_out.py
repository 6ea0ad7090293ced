"""Returns the points after the start only."""

from math import sqrt

EXERCISE = "nimble.3"
REJECTED_BY = {
    "the first step": "the path begins with the start itself: steps + 1 numbers",
    "forty steps": "the path begins with the start itself: steps + 1 numbers",
    "from above": "the path begins with the start itself: steps + 1 numbers",
    "other betas": "the path begins with the start itself: steps + 1 numbers",
}


def size_path(lr, steps, start, target, betas=(0.9, 0.999)):
    N, M, V, path = start, 0.0, 0.0, []
    for k in range(1, steps + 1):
        g = 2 * (N - target)
        M, V = betas[0] * M + (1 - betas[0]) * g, betas[1] * V + (1 - betas[1]) * g * g
        N -= lr * (M / (1 - betas[0] ** k)) / (sqrt(V / (1 - betas[1] ** k)) + 1e-8)
        path.append(N)
    return path
