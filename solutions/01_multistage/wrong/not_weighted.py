"""Adds the variances without their curvatures."""

from math import sqrt

EXERCISE = "multistage.3"
REJECTED_BY = {
    "the longest step": "weigh each variance with its curvature: the height is 1/2 sum of h S",
    "one curvature": "weigh each variance with its curvature: the height is 1/2 sum of h S",
    "a hundred curvatures": "weigh each variance with its curvature: the height is 1/2 sum of h S",
    "a very short step": "weigh each variance with its curvature: the height is 1/2 sum of h S",
}


def floor(curvatures, lr, mu, noise):
    beta = (1 - sqrt(lr * mu)) / (1 + sqrt(lr * mu))
    A = (1 + beta) * (1 - lr * curvatures)
    C = -beta * (1 - lr * curvatures)
    S = (lr * noise) ** 2 * (1 - C) / ((1 + C) * ((1 - C) ** 2 - A**2))
    return float(S.sum() / 2)
