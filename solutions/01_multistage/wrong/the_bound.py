"""Gives the theorem's bound."""

from math import sqrt

EXERCISE = "multistage.3"
REJECTED_BY = {
    "the longest step": "this is the theorem's bound: the floor itself lies below it",
    "one curvature": "this is the theorem's bound: the floor itself lies below it",
    "a hundred curvatures": "this is the theorem's bound: the floor itself lies below it",
    "a very short step": "this is the theorem's bound: the floor itself lies below it",
}


def floor(curvatures, lr, mu, noise):
    return len(curvatures) * noise**2 * sqrt(lr / mu)
