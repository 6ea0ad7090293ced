"""Takes 2^s steps: the unit is computed and not used."""

from math import ceil, log, sqrt

EXERCISE = "multistage.1"
REJECTED_BY = {
    "the lengths": "2^s steps without the unit: this slip froze a published re-implementation",
    "another p": "2^s steps without the unit: this slip froze a published re-implementation",
}


def stages(L, mu, n1, budget, p=1):
    unit = ceil(sqrt(L / mu) * log(2 ** (p + 2)))  # noqa: F841
    plan, s = [], 1
    while budget > 0:
        lr = 1 / L if s == 1 else 1 / (4**s * L)
        steps = n1 if s == 1 else 2**s
        plan.append((lr, min(steps, budget)))
        budget -= steps
        s += 1
    return plan
