"""Begins every stage at x0."""

from math import ceil, log, sqrt

EXERCISE = "multistage.2"
REJECTED_BY = {
    "just after the switch": "a stage begins where the last one ended, not at x0",
    "into the third stage": "a stage begins where the last one ended, not at x0",
}


def plan_of(L, mu, n1, budget):
    lr, steps, s = 1 / L, n1, 1
    while budget > 0:
        yield lr, min(steps, budget)
        budget -= steps
        s += 1
        lr, steps = 1 / (4**s * L), 2**s * ceil(sqrt(L / mu) * log(8))


def masg(grad, x0, L, mu, n1, budget):
    x = x0.clone()
    for lr, steps in plan_of(L, mu, n1, budget):
        beta = (1 - sqrt(lr * mu)) / (1 + sqrt(lr * mu))
        x = x_old = x0
        for _ in range(steps):
            y = x + beta * (x - x_old)
            x_old, x = x, y - lr * grad(y)
    return x
