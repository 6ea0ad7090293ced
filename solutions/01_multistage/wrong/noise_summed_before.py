"""Multiplies the variance by the number of coordinates before the sum."""

from math import sqrt

EXERCISE = "multistage.3"
REJECTED_BY = {
    "a hundred curvatures": "noise is per coordinate already: its variance is not summed before",
    "a very short step": "noise is per coordinate already: its variance is not summed before",
}


def floor(curvatures, lr, mu, noise):
    beta = (1 - sqrt(lr * mu)) / (1 + sqrt(lr * mu))
    A = (1 + beta) * (1 - lr * curvatures)
    C = -beta * (1 - lr * curvatures)
    S = (lr * noise) ** 2 * (1 - C) / ((1 + C) * ((1 - C) ** 2 - A**2))
    return float(len(curvatures) * (curvatures * S).sum() / 2)
