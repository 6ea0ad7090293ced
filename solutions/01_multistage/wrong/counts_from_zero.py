"""Shrinks the step by 4 at the first switch: s counted from 0."""

from math import ceil, log, sqrt

EXERCISE = "multistage.1"
REJECTED_BY = {
    "the steps": "s counts from 1, so stage 2 steps 1 / (4^2 L), a sixteenth",
}


def stages(L, mu, n1, budget, p=1):
    unit = ceil(sqrt(L / mu) * log(2 ** (p + 2)))
    plan, s = [], 1
    while budget > 0:
        lr = 1 / (4 ** (s - 1) * L)
        steps = n1 if s == 1 else 2**s * unit
        plan.append((lr, min(steps, budget)))
        budget -= steps
        s += 1
    return plan
