"""Takes the standard deviation for the variance."""

from math import sqrt

EXERCISE = "multistage.3"
REJECTED_BY = {
    "the longest step": "noise is a standard deviation: its square is the variance",
    "one curvature": "noise is a standard deviation: its square is the variance",
    "a hundred curvatures": "noise is a standard deviation: its square is the variance",
    "a very short step": "noise is a standard deviation: its square is the variance",
}


def floor(curvatures, lr, mu, noise):
    beta = (1 - sqrt(lr * mu)) / (1 + sqrt(lr * mu))
    A = (1 + beta) * (1 - lr * curvatures)
    C = -beta * (1 - lr * curvatures)
    S = lr**2 * noise * (1 - C) / ((1 + C) * ((1 - C) ** 2 - A**2))
    return float((curvatures * S).sum() / 2)
