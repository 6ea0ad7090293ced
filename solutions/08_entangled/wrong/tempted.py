"""Takes the effect from the pilot."""

from scipy import stats

EXERCISE = "entangled.3"
REJECTED_BY = {
    "one contrast, wide": "the chance with these is not 0.8",
    "one contrast, narrow": "the chance with these is not 0.8",
    "the pilot's mean says nothing": "the effect is delta: a pilot's mean must tempt nobody",
    "four contrasts share one chance": "the chance with these is not 0.8",
}


def plan(pilots, delta):
    level, needed = 1 - 0.05 / len(pilots), []
    for gains in pilots:
        s, n = float(gains.std()), 2
        effect = max(abs(float(gains.mean())), s / 2)
        while stats.nct.sf(stats.t.ppf((1 + level) / 2, n - 1), n - 1, effect * n**0.5 / s) < 0.8:
            n += 1
        needed.append(n)
    return needed
