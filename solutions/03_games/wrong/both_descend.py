"""Lets both players go down."""

import torch

EXERCISE = "games.3"
REJECTED_BY = {
    "where the gradients are asked": "y goes down: the second player wants K large, so y climbs",
    "the whole path": "y goes down: the second player wants K large, so y climbs",
    "without friction it leaves": "y goes down: the second player wants K large, so y climbs",
    "the border of (3.11)": "y goes down: the second player wants K large, so y climbs",
}


def play(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys = x0, y0, [x0], [y0]
    for _ in range(steps):
        a, b = gx(x, y), gy(x, y)
        x, y = x - h * a, y - eta * h * b
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
