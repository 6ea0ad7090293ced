"""Adds a stage of no steps when the budget ends with a stage."""

from math import ceil, log, sqrt

EXERCISE = "multistage.1"
REJECTED_BY = {
    "the whole budget": "an empty stage: stop as soon as the budget is spent",
}


def stages(L, mu, n1, budget, p=1):
    unit = ceil(sqrt(L / mu) * log(2 ** (p + 2)))
    plan, s = [(1 / L, min(n1, budget))], 2
    budget -= min(n1, budget)
    while budget >= 0:
        plan.append((1 / (4**s * L), min(2**s * unit, budget)))
        budget -= 2**s * unit
        s += 1
    return plan
