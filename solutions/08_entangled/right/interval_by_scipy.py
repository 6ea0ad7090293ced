"""Lets scipy's paired test give the interval."""

from scipy import stats

EXERCISE = "entangled.1"


def paired_interval(a, b, level):
    d = (a - b).numpy()
    if d.std() < 1e-9:
        return float(d.mean()), float(d.mean()), float(d.mean())
    ends = stats.ttest_1samp(d, 0).confidence_interval(level)
    return float(d.mean()), float(ends.low), float(ends.high)
