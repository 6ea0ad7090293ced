"""Multiplies both steps by the ratio."""

import torch

EXERCISE = "games.2"
REJECTED_BY = {
    "the first round": "eta speeds up both players: it belongs to y alone",
    "two rounds": "eta speeds up both players: it belongs to y alone",
    "the whole path": "eta speeds up both players: it belongs to y alone",
    "home without friction": "eta speeds up both players: it belongs to y alone",
}


def optimistic(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys, old = x0, y0, [x0], [y0], None
    for _ in range(steps):
        a, b = gx(x, y), gy(x, y)
        old_a, old_b = old or (a, b)
        x = x - eta * h * (2 * a - old_a)
        y = y + eta * h * (2 * b - old_b)
        old = a, b
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
