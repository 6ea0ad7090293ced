"""Takes the logarithm of base two."""

from math import ceil, sqrt

EXERCISE = "multistage.1"
REJECTED_BY = {
    "the lengths": "the logarithm is the natural one: log(8) is 2.08",
    "another p": "the logarithm is the natural one: log(8) is 2.08",
}


def stages(L, mu, n1, budget, p=1):
    unit = ceil(sqrt(L / mu) * (p + 2))
    plan, s = [], 1
    while budget > 0:
        lr = 1 / L if s == 1 else 1 / (4**s * L)
        steps = n1 if s == 1 else 2**s * unit
        plan.append((lr, min(steps, budget)))
        budget -= steps
        s += 1
    return plan
