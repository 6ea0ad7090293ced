"""Mends it with kappa in place of its root."""

from math import ceil, log, sqrt

EXERCISE = "multistage.4"
REJECTED_BY = {
    "the chapter's steps": "the unit wants the square root of kappa",
    "steps of any size": "the unit wants the square root of kappa",
    "another p": "the unit wants the square root of kappa",
    "the run settles": "the unit wants the square root of kappa",
}


def stage_lengths(L, mu, lrs, p=1):
    return [ceil(L / mu * log(2 ** (p + 2)) / sqrt(lr * L)) for lr in lrs]
