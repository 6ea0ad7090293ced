"""Leaves the starts out."""

import torch

EXERCISE = "games.2"
REJECTED_BY = {
    "the first round": "the start is missing: x0 is row 0, so there are steps + 1 rows",
    "two rounds": "the start is missing: x0 is row 0, so there are steps + 1 rows",
    "the whole path": "the start is missing: x0 is row 0, so there are steps + 1 rows",
    "home without friction": "the start is missing: x0 is row 0, so there are steps + 1 rows",
}


def optimistic(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys, old = x0, y0, [], [], None
    for _ in range(steps):
        a, b = gx(x, y), gy(x, y)
        old_a, old_b = old or (a, b)
        x = x - h * (2 * a - old_a)
        y = y + eta * h * (2 * b - old_b)
        old = a, b
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
