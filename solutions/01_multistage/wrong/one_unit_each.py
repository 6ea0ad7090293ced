"""Gives every stage one unit."""

from math import ceil, log, sqrt

EXERCISE = "multistage.4"
REJECTED_BY = {
    "the chapter's steps": (
        "every stage is equally long: a step four times shorter "
        "needs twice as many"
    ),
    "steps of any size": (
        "every stage is equally long: a step four times shorter "
        "needs twice as many"
    ),
    "another p": "every stage is equally long: a step four times shorter needs twice as many",
    "the run settles": "every stage is equally long: a step four times shorter needs twice as many",
}


def stage_lengths(L, mu, lrs, p=1):
    unit = ceil(sqrt(L / mu) * log(2 ** (p + 2)))
    return [unit for lr in lrs]
