"""Takes kappa for its square root."""

from math import ceil, log

EXERCISE = "multistage.1"
REJECTED_BY = {
    "the lengths": "the unit wants the square root of kappa",
    "another p": "the unit wants the square root of kappa",
}


def stages(L, mu, n1, budget, p=1):
    unit = ceil(L / mu * log(2 ** (p + 2)))
    plan, s = [], 1
    while budget > 0:
        lr = 1 / L if s == 1 else 1 / (4**s * L)
        steps = n1 if s == 1 else 2**s * unit
        plan.append((lr, min(steps, budget)))
        budget -= steps
        s += 1
    return plan
