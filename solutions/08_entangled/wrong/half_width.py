"""Stops when half the interval is delta."""

from scipy import stats

EXERCISE = "entangled.3"
REJECTED_BY = {
    "one contrast, wide":
        "half an interval of delta is a coin flip: a gain of delta is then found half the time",
    "the pilot's mean says nothing":
        "half an interval of delta is a coin flip: a gain of delta is then found half the time",
    "four contrasts share one chance":
        "half an interval of delta is a coin flip: a gain of delta is then found half the time",
}


def plan(pilots, delta):
    level, needed = 1 - 0.05 / len(pilots), []
    for gains in pilots:
        n = 2
        while stats.t.ppf((1 + level) / 2, n - 1) * float(gains.std()) / n**0.5 > delta:
            n += 1
        needed.append(n)
    return needed
