"""Takes noise for the total over all coordinates."""

from math import sqrt

EXERCISE = "multistage.3"
REJECTED_BY = {
    "a hundred curvatures": "sum over the coordinates: you took their mean, or noise for the total",
    "a very short step": "sum over the coordinates: you took their mean, or noise for the total",
}


def floor(curvatures, lr, mu, noise):
    beta = (1 - sqrt(lr * mu)) / (1 + sqrt(lr * mu))
    A = (1 + beta) * (1 - lr * curvatures)
    C = -beta * (1 - lr * curvatures)
    S = (lr * noise) ** 2 * (1 - C) / ((1 + C) * ((1 - C) ** 2 - A**2))
    return float((curvatures * S).mean() / 2)
