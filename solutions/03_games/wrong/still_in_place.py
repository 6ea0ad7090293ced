"""Keeps the given loop: y answers the x of this round."""

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
    x, y, xs, ys = x0.clone(), y0.clone(), [x0.clone()], [y0.clone()]
    for _ in range(steps):
        x -= h * gx(x, y)
        y += eta * h * gy(x, y)
        xs.append(x.clone())
        ys.append(y.clone())
    return torch.stack(xs), torch.stack(ys)
