"""Leaves the last stage whole."""

from math import ceil, log, sqrt

EXERCISE = "multistage.1"
REJECTED_BY = {
    "the first stage": "a budget below n1 cuts the first stage too",
    "the whole budget": "the stages spend more than the budget: cut the last one",
}


def stages(L, mu, n1, budget, p=1):
    unit = ceil(sqrt(L / mu) * log(2 ** (p + 2)))
    plan, s, used = [(1 / L, n1)], 1, n1
    while used < budget:
        s += 1
        plan.append((1 / (4**s * L), 2**s * unit))
        used += plan[-1][1]
    return plan
