"""Lets the second player go down."""

import torch

EXERCISE = "games.2"
REJECTED_BY = {
    "the first round": "y goes down: the second player wants K large, so y climbs",
    "two rounds": "y goes down: the second player wants K large, so y climbs",
    "the whole path": "y goes down: the second player wants K large, so y climbs",
    "home without friction": "y goes down: the second player wants K large, so y climbs",
}


def optimistic(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys, old = x0, y0, [x0], [y0], None
    for _ in range(steps):
        a, b = gx(x, y), gy(x, y)
        old_a, old_b = old or (a, b)
        x = x - h * (2 * a - old_a)
        y = y - eta * h * (2 * b - old_b)
        old = a, b
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
