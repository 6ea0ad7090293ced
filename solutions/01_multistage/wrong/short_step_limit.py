"""Gives the limit of very short steps for every step."""

from math import sqrt

EXERCISE = "multistage.3"
REJECTED_BY = {
    "the longest step": "this is the limit of very short steps: here the step is longer",
    "one curvature": "this is the limit of very short steps: here the step is longer",
    "a hundred curvatures": "this is the limit of very short steps: here the step is longer",
}


def floor(curvatures, lr, mu, noise):
    return len(curvatures) * noise**2 * sqrt(lr / mu) / 8
