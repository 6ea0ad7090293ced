"""Forgets that the mean was taken from the same numbers."""

from scipy import stats

EXERCISE = "entangled.1"
REJECTED_BY = {
    "three seeds": "divide the squares by n - 1: the mean was taken from the same numbers",
    "twenty seeds": "divide the squares by n - 1: the mean was taken from the same numbers",
    "another level": "divide the squares by n - 1: the mean was taken from the same numbers",
}


def paired_interval(a, b, level):
    d = a - b
    n, m = len(d), float(d.mean())
    half = stats.t.ppf((1 + level) / 2, n - 1) * float(d.std(correction=0)) / n**0.5
    return m, m - half, m + half
