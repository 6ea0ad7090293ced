"""Forgets the half of the height."""

from math import sqrt

EXERCISE = "multistage.3"
REJECTED_BY = {
    "the longest step": "the half is missing: the height is 1/2 sum of h x^2",
    "one curvature": "the half is missing: the height is 1/2 sum of h x^2",
    "a hundred curvatures": "the half is missing: the height is 1/2 sum of h x^2",
    "a very short step": "the half is missing: the height is 1/2 sum of h x^2",
}


def floor(curvatures, lr, mu, noise):
    beta = (1 - sqrt(lr * mu)) / (1 + sqrt(lr * mu))
    A = (1 + beta) * (1 - lr * curvatures)
    C = -beta * (1 - lr * curvatures)
    S = (lr * noise) ** 2 * (1 - C) / ((1 + C) * ((1 - C) ** 2 - A**2))
    return float((curvatures * S).sum())
