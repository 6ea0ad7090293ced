"""Takes the longest step in all stages."""

from math import ceil, log, sqrt

EXERCISE = "multistage.1"
REJECTED_BY = {
    "the steps": "your step never shrinks: stage s steps 1 / (4^s L)",
}


def stages(L, mu, n1, budget, p=1):
    unit = ceil(sqrt(L / mu) * log(2 ** (p + 2)))
    plan, s = [], 1
    while budget > 0:
        lr = 1 / L
        steps = n1 if s == 1 else 2**s * unit
        plan.append((lr, min(steps, budget)))
        budget -= steps
        s += 1
    return plan
