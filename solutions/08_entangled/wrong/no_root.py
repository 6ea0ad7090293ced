"""Gives the spread of one seed, not of the mean."""

from scipy import stats

EXERCISE = "entangled.1"
REJECTED_BY = {
    "three seeds": "an interval shrinks like 1 / root n: the root is missing",
    "twenty seeds": "an interval shrinks like 1 / root n: the root is missing",
    "another level": "an interval shrinks like 1 / root n: the root is missing",
}


def paired_interval(a, b, level):
    d = a - b
    m = float(d.mean())
    half = stats.t.ppf((1 + level) / 2, len(d) - 1) * float(d.std())
    return m, m - half, m + half
