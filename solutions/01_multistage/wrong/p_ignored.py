"""Uses log 8 for every p."""

from math import ceil, log, sqrt

EXERCISE = "multistage.1"
REJECTED_BY = {
    "another p": "p is not used: the unit holds log 2^(p + 2)",
}


def stages(L, mu, n1, budget, p=1):
    unit = ceil(sqrt(L / mu) * log(8))
    plan, s = [], 1
    while budget > 0:
        lr = 1 / L if s == 1 else 1 / (4**s * L)
        steps = n1 if s == 1 else 2**s * unit
        plan.append((lr, min(steps, budget)))
        budget -= steps
        s += 1
    return plan
