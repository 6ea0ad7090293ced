"""The code as it was given: the unit is never used."""

from math import ceil, log, sqrt

EXERCISE = "multistage.4"
REJECTED_BY = {
    "the chapter's steps": (
        "2^s steps without the unit: this slip froze a published "
        "re-implementation"
    ),
    "steps of any size": (
        "2^s steps without the unit: this slip froze a published "
        "re-implementation"
    ),
    "another p": "2^s steps without the unit: this slip froze a published re-implementation",
    "the run settles": "2^s steps without the unit: this slip froze a published re-implementation",
}


def stage_lengths(L, mu, lrs, p=1):
    unit = ceil(sqrt(L / mu) * log(2 ** (p + 2)))  # noqa: F841
    return [ceil(1 / sqrt(lr * L)) for lr in lrs]
