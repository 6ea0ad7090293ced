"""Drops a stage that does not fit whole."""

from math import ceil, log, sqrt

EXERCISE = "multistage.1"
REJECTED_BY = {
    "the whole budget": "gradients are left over: the last stage is cut, not dropped",
}


def stages(L, mu, n1, budget, p=1):
    unit = ceil(sqrt(L / mu) * log(2 ** (p + 2)))
    plan, left, s = [(1 / L, min(n1, budget))], budget - n1, 2
    while left >= 2**s * unit:
        plan.append((1 / (4**s * L), 2**s * unit))
        left -= 2**s * unit
        s += 1
    return plan
