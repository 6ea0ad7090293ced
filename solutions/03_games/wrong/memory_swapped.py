"""Doubles the old gradient instead of the new one."""

import torch

EXERCISE = "games.2"
REJECTED_BY = {
    "two rounds": "the two are swapped: twice the new gradient, minus the old one",
    "the whole path": "the two are swapped: twice the new gradient, minus the old one",
    "home without friction": "the two are swapped: twice the new gradient, minus the old one",
}


def optimistic(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys, old = x0, y0, [x0], [y0], None
    for _ in range(steps):
        a, b = gx(x, y), gy(x, y)
        old_a, old_b = old or (a, b)
        x = x - h * (2 * old_a - a)
        y = y + eta * h * (2 * old_b - b)
        old = a, b
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
