"""Copies x after it has moved."""

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
        x = x - h * gx(x, y)
        x_old = x.clone()
        y = y + eta * h * gy(x_old, y)
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
