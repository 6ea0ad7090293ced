"""The published code, its unit used."""

from math import ceil, log, sqrt

EXERCISE = "multistage.4"


def stage_lengths(L, mu, lrs, p=1):
    unit = ceil(sqrt(L / mu) * log(2 ** (p + 2)))
    lengths = []
    for lr in lrs:
        lengths.append(round(unit / sqrt(lr * L)) + 1)
    return lengths
