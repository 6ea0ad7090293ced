"""Keeps the old y, and it was the x that moved."""

import torch

EXERCISE = "games.3"
REJECTED_BY = {
    "where the gradients are asked": (
        "y is asked after x has moved: that is the alternating step; ask both, then move"
    ),
    "the whole path": (
        "y is asked after x has moved: that is the alternating step; ask both, then move"
    ),
    "without friction it leaves": (
        "y is asked after x has moved: that is the alternating step; ask both, then move"
    ),
    "the border of (3.11)": (
        "y is asked after x has moved: that is the alternating step; ask both, then move"
    ),
}


def play(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys = x0, y0, [x0], [y0]
    for _ in range(steps):
        y_old = y.clone()
        x = x - h * gx(x, y_old)
        y = y_old + eta * h * gy(x, y_old)
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
