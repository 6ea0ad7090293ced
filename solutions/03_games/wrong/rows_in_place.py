"""Stores one tensor in every row."""

import torch

EXERCISE = "games.3"
REJECTED_BY = {
    "the whole path": "all rows are one and the same tensor, moved in place: write x = x - lr * v",
    "without friction it leaves": (
        "all rows are one and the same tensor, moved in place: write x = x - lr * v"
    ),
    "the border of (3.11)": (
        "all rows are one and the same tensor, moved in place: write x = x - lr * v"
    ),
}


def play(gx, gy, x0, y0, *, h, eta, steps):
    x, y = x0.clone(), y0.clone()
    xs, ys = [x], [y]
    for _ in range(steps):
        a, b = gx(x, y), gy(x, y)
        x -= h * a
        y += eta * h * b
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
