"""Uses the formula for very many seeds."""

from math import ceil

from scipy import stats

EXERCISE = "entangled.3"
REJECTED_BY = {
    "one contrast, wide":
        "a normal quantile is for very many seeds: with few, Student's t is wider",
    "one contrast, narrow":
        "a normal quantile is for very many seeds: with few, Student's t is wider",
    "the pilot's mean says nothing":
        "a normal quantile is for very many seeds: with few, Student's t is wider",
    "four contrasts share one chance":
        "a normal quantile is for very many seeds: with few, Student's t is wider",
}


def plan(pilots, delta):
    level = 1 - 0.05 / len(pilots)
    z = stats.norm.ppf((1 + level) / 2) + stats.norm.ppf(0.8)
    return [ceil((z * float(gains.std()) / delta) ** 2) for gains in pilots]
