"""Walks stages of 2^s steps."""

from math import sqrt

EXERCISE = "multistage.2"
REJECTED_BY = {
    "into the third stage": (
        "2^s steps without the unit: this slip froze a published "
        "re-implementation"
    ),
}


def plan_of(L, mu, n1, budget):
    lr, steps, s = 1 / L, n1, 1
    while budget > 0:
        yield lr, min(steps, budget)
        budget -= steps
        s += 1
        lr, steps = 1 / (4**s * L), 2**s


def masg(grad, x0, L, mu, n1, budget):
    x = x0.clone()
    for lr, steps in plan_of(L, mu, n1, budget):
        beta = (1 - sqrt(lr * mu)) / (1 + sqrt(lr * mu))
        x_old = x
        for _ in range(steps):
            y = x + beta * (x - x_old)
            x_old, x = x, y - lr * grad(y)
    return x
