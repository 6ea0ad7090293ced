"""Takes the plain step and corrects it by what changed."""

import torch

EXERCISE = "games.2"


def optimistic(gx, gy, x0, y0, *, h, eta, steps):
    xs = torch.empty(steps + 1, *x0.shape, dtype=x0.dtype)
    ys = torch.empty(steps + 1, *y0.shape, dtype=y0.dtype)
    xs[0], ys[0] = x0, y0
    asked = []
    for k in range(steps):
        asked.append((gx(xs[k], ys[k]), gy(xs[k], ys[k])))
        (a, b), (old_a, old_b) = asked[-1], asked[max(k - 1, 0)]
        xs[k + 1] = xs[k] - h * (a + (a - old_a))
        ys[k + 1] = ys[k] + eta * h * (b + (b - old_b))
    return xs, ys
