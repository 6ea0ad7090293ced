"""Multiplies by the unit twice."""

from math import ceil, log, sqrt

EXERCISE = "multistage.4"
REJECTED_BY = {
    "the chapter's steps": "the unit enters twice: once is enough",
    "steps of any size": "the unit enters twice: once is enough",
    "another p": "the unit enters twice: once is enough",
    "the run settles": "the unit enters twice: once is enough",
}


def stage_lengths(L, mu, lrs, p=1):
    unit = ceil(sqrt(L / mu) * log(2 ** (p + 2)))
    return [ceil(unit * unit / sqrt(lr * L)) for lr in lrs]
