"""Keeps the momentum of the first stage."""

from math import ceil, log, sqrt

EXERCISE = "multistage.2"
REJECTED_BY = {
    "just after the switch": "beta belongs to lr: renew it at every switch (1.3)",
    "into the third stage": "beta belongs to lr: renew it at every switch (1.3)",
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
    beta = (1 - sqrt(mu / L)) / (1 + sqrt(mu / L))
    for lr, steps in plan_of(L, mu, n1, budget):
        x_old = x
        for _ in range(steps):
            y = x + beta * (x - x_old)
            x_old, x = x, y - lr * grad(y)
    return x
