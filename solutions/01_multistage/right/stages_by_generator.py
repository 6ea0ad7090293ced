"""Fields in an endless list, cut at the end."""

from itertools import count
from math import ceil, log

EXERCISE = "multistage.1"


def endless(L, mu, n1, p):
    yield 1 / L, n1
    for s in count(2):
        yield 1 / L / 4**s, 2**s * ceil((p + 2) * log(2) * (L / mu) ** 0.5)


def stages(L, mu, n1, budget, p=1):
    plan, used = [], 0
    for lr, steps in endless(L, mu, n1, p):
        plan.append([lr, min(steps, budget - used)])
        used += plan[-1][1]
        if used == budget:
            return plan
