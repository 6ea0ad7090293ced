"""Gives every contrast the whole chance of a false word."""

from scipy import stats

EXERCISE = "entangled.3"
REJECTED_BY = {
    "four contrasts share one chance":
        "several contrasts, several chances of a false word: share the 5 % among them",
}


def plan(pilots, delta):
    level, needed = 0.95, []
    for gains in pilots:
        s, n = float(gains.std()), 2
        while stats.nct.sf(stats.t.ppf((1 + level) / 2, n - 1), n - 1, delta * n**0.5 / s) < 0.8:
            n += 1
        needed.append(n)
    return needed
