"""Takes the last stage whole."""

from math import ceil, log, sqrt

EXERCISE = "multistage.2"
REJECTED_BY = {
    "before the switch": (
        "you ask for more gradients than the budget: one a step, and "
        "cut the last stage"
    ),
    "just after the switch": (
        "you ask for more gradients than the budget: one a step, and "
        "cut the last stage"
    ),
    "into the third stage": (
        "you ask for more gradients than the budget: one a step, and "
        "cut the last stage"
    ),
    "the whole budget": (
        "you ask for more gradients than the budget: one a step, and "
        "cut the last stage"
    ),
}


def plan_of(L, mu, n1, budget):
    lr, steps, s = 1 / L, n1, 1
    while budget > 0:
        yield lr, steps
        budget -= steps
        s += 1
        lr, steps = 1 / (4**s * L), 2**s * ceil(sqrt(L / mu) * log(8))


def masg(grad, x0, L, mu, n1, budget):
    x = x0.clone()
    for lr, steps in plan_of(L, mu, n1, budget):
        beta = (1 - sqrt(lr * mu)) / (1 + sqrt(lr * mu))
        x_old = x
        for _ in range(steps):
            y = x + beta * (x - x_old)
            x_old, x = x, y - lr * grad(y)
    return x
