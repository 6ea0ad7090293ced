"""Solves for the three entries of the covariance."""

import numpy as np

EXERCISE = "multistage.3"


def floor(curvatures, lr, mu, noise):
    beta = (1 - (lr * mu) ** 0.5) / (1 + (lr * mu) ** 0.5)
    total = 0
    for h in curvatures.numpy():
        a, c = (1 + beta) * (1 - lr * h), -beta * (1 - lr * h)
        # S = a^2 S + c^2 S + 2 a c T + lr^2 noise^2 and T = a S + c T
        lines = [[1 - a**2 - c**2, -2 * a * c], [-a, 1 - c]]
        total += h * np.linalg.solve(lines, [(lr * noise) ** 2, 0])[0] / 2
    return total
