"""Returns the mean of the points."""

from math import ceil, log, sqrt

EXERCISE = "multistage.2"
REJECTED_BY = {
    "before the switch": "the mean of the path came back: the last point is wanted",
    "just after the switch": "the mean of the path came back: the last point is wanted",
    "into the third stage": "the mean of the path came back: the last point is wanted",
}


def plan_of(L, mu, n1, budget):
    lr, steps, s = 1 / L, n1, 1
    while budget > 0:
        yield lr, min(steps, budget)
        budget -= steps
        s += 1
        lr, steps = 1 / (4**s * L), 2**s * ceil(sqrt(L / mu) * log(8))


def masg(grad, x0, L, mu, n1, budget):
    x, total = x0.clone(), 0.0
    for lr, steps in plan_of(L, mu, n1, budget):
        beta = (1 - sqrt(lr * mu)) / (1 + sqrt(lr * mu))
        x_old = x
        for _ in range(steps):
            y = x + beta * (x - x_old)
            x_old, x = x, y - lr * grad(y)
            total = total + x
    return total / budget
