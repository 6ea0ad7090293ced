"""Asks y at the new place of x."""

import torch

EXERCISE = "games.2"
REJECTED_BY = {
    "the first round": (
        "y is asked after x has moved: that is the alternating step; ask both, then move"
    ),
    "two rounds": "y is asked after x has moved: that is the alternating step; ask both, then move",
    "the whole path": (
        "y is asked after x has moved: that is the alternating step; ask both, then move"
    ),
}


def optimistic(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys, old = x0, y0, [x0], [y0], None
    for _ in range(steps):
        a = gx(x, y)
        x_new = x - h * (2 * a - (a if old is None else old[0]))
        b = gy(x_new, y)
        y = y + eta * h * (2 * b - (b if old is None else old[1]))
        x, old = x_new, (a, b)
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
