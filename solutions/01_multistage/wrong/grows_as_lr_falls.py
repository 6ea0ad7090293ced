"""Lets the lengths grow like 1 / lr."""

from math import ceil, log, sqrt

EXERCISE = "multistage.4"
REJECTED_BY = {
    "the chapter's steps": "n grows like 1 / sqrt lr, as momentum has it; yours like 1 / lr",
    "steps of any size": "n grows like 1 / sqrt lr, as momentum has it; yours like 1 / lr",
    "another p": "n grows like 1 / sqrt lr, as momentum has it; yours like 1 / lr",
    "the run settles": "n grows like 1 / sqrt lr, as momentum has it; yours like 1 / lr",
}


def stage_lengths(L, mu, lrs, p=1):
    unit = ceil(sqrt(L / mu) * log(2 ** (p + 2)))
    return [ceil(unit / (lr * L)) for lr in lrs]
