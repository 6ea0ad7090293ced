"""Averages squared errors."""

EXERCISE = "energy.6"


def choose(measure, budget):
    S, best = budget // 60, (float("inf"), 1)
    for K in [*range(1, 14), 15, 17, 19, 22]:
        runs = [measure(S, K, seed) ** 2 for seed in (3, 14, 15, 92, 65)]
        best = min(best, (sum(runs) / len(runs), K))
    return S, best[1]
