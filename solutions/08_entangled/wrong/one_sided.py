"""Leaves the whole chance on one side."""

from scipy import stats

EXERCISE = "entangled.1"
REJECTED_BY = {
    "three seeds":
        "a level of 95 % leaves 2.5 % on each side: take the quantile at (1 + level) / 2",
    "twenty seeds":
        "a level of 95 % leaves 2.5 % on each side: take the quantile at (1 + level) / 2",
    "another level":
        "a level of 95 % leaves 2.5 % on each side: take the quantile at (1 + level) / 2",
}


def paired_interval(a, b, level):
    d = a - b
    n, m = len(d), float(d.mean())
    half = stats.t.ppf(level, n - 1) * float(d.std()) / n**0.5
    return m, m - half, m + half
