"""Measures all there is."""

EXERCISE = "energy.6"
REJECTED_BY = {
    "an experiment": "more than 150 runs: a dozen K with three seeds are enough",
}


def choose(measure, budget):
    S = budget // 60
    errors = {K: sum(measure(S, K, seed) for seed in range(6)) for K in range(1, 31)}
    return S, min(errors, key=errors.get)
