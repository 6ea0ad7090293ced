"""Forgets an eighth, whatever p."""

from math import ceil, log, sqrt

EXERCISE = "multistage.4"
REJECTED_BY = {
    "another p": "p is not used: the unit holds log 2^(p + 2)",
}


def stage_lengths(L, mu, lrs, p=1):
    return [ceil(log(8) / sqrt(lr * mu)) for lr in lrs]
