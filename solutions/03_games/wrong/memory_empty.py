"""Starts with a memory of zeros."""

import torch

EXERCISE = "games.2"
REJECTED_BY = {
    "the first round": "the memory starts empty, so round 1 steps twice: begin old = new",
    "two rounds": "the memory starts empty, so round 1 steps twice: begin old = new",
    "the whole path": "the memory starts empty, so round 1 steps twice: begin old = new",
}


def optimistic(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys, old = x0, y0, [x0], [y0], (0, 0)
    for _ in range(steps):
        a, b = gx(x, y), gy(x, y)
        old_a, old_b = old
        x = x - h * (2 * a - old_a)
        y = y + eta * h * (2 * b - old_b)
        old = a, b
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
