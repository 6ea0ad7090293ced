"""Doubles, then halves the gap."""

from scipy import stats

EXERCISE = "entangled.3"


def chance(n, effect, level):
    return stats.nct.sf(stats.t.ppf(0.5 + level / 2, n - 1), n - 1, effect * n**0.5)


def plan(pilots, delta):
    found, level = [], 1 - 0.05 / len(pilots)
    for gains in pilots:
        effect, few, enough = delta / float(gains.std()), 1, 2
        while chance(enough, effect, level) < 0.8:
            few, enough = enough, 2 * enough
        while enough - few > 1:
            n = (few + enough) // 2
            few, enough = (n, enough) if chance(n, effect, level) < 0.8 else (few, n)
        found.append(enough)
    return found
