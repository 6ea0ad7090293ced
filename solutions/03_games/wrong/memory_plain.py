"""Plays plain simultaneous rounds."""

import torch

EXERCISE = "games.2"
REJECTED_BY = {
    "two rounds": "this is the plain step: the gradient of the round before is missing",
    "the whole path": "this is the plain step: the gradient of the round before is missing",
    "home without friction": "this is the plain step: the gradient of the round before is missing",
}


def optimistic(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys = x0, y0, [x0], [y0]
    for _ in range(steps):
        a, b = gx(x, y), gy(x, y)
        x, y = x - h * a, y + eta * h * b
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
