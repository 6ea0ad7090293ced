"""Takes the two arms for strangers."""

from scipy import stats

EXERCISE = "entangled.1"
REJECTED_BY = {
    "a constant gain": "the seeds' own luck is still in: subtract seed by seed, then average",
    "three seeds": "the seeds' own luck is still in: subtract seed by seed, then average",
    "twenty seeds": "the seeds' own luck is still in: subtract seed by seed, then average",
    "another level": "the seeds' own luck is still in: subtract seed by seed, then average",
}


def paired_interval(a, b, level):
    n = len(a)
    m = float(a.mean() - b.mean())
    half = float(stats.t.ppf((1 + level) / 2, n - 1) * ((a.var() + b.var()) / n) ** 0.5)
    return m, m - half, m + half
