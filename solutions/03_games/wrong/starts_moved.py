"""Moves the tensors it was handed."""

import torch

EXERCISE = "games.3"
REJECTED_BY = {
    "the starts are left alone": (
        "your function changed its input; the caller's x0 and y0 moved too"
    ),
}


def play(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys = x0, y0, [x0.clone()], [y0.clone()]
    for _ in range(steps):
        a, b = gx(x, y), gy(x, y)
        x -= h * a
        y += eta * h * b
        xs.append(x.clone())
        ys.append(y.clone())
    return torch.stack(xs), torch.stack(ys)
