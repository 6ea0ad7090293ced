"""Moves the tensors it was handed."""

import torch

EXERCISE = "games.2"
REJECTED_BY = {
    "the starts are left alone": (
        "your function changed its input; the caller's x0 and y0 moved too"
    ),
}


def optimistic(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys, old = x0, y0, [x0.clone()], [y0.clone()], None
    for _ in range(steps):
        a, b = gx(x, y), gy(x, y)
        old_a, old_b = old or (a, b)
        x -= h * (2 * a - old_a)
        y += eta * h * (2 * b - old_b)
        old = a, b
        xs.append(x.clone())
        ys.append(y.clone())
    return torch.stack(xs), torch.stack(ys)
