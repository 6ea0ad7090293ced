"""Fills the memory before the first round."""

import torch

EXERCISE = "games.2"


def optimistic(gx, gy, x0, y0, *, h, eta, steps):
    x, y = x0.clone(), y0.clone()
    old_a, old_b = gx(x, y), gy(x, y)
    path = [(x, y)]
    for _ in range(steps):
        a, b = gx(x, y), gy(x, y)
        x, y = x - 2 * h * a + h * old_a, y + 2 * eta * h * b - eta * h * old_b
        old_a, old_b = a, b
        path.append((x, y))
    return tuple(torch.stack(rows) for rows in zip(*path, strict=True))
