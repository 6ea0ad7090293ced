"""Never renews the old gradient."""

import torch

EXERCISE = "games.2"
REJECTED_BY = {
    "the whole path": "the old gradient never changes in your loop: renew it each round",
    "home without friction": "the old gradient never changes in your loop: renew it each round",
}


def optimistic(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys, old = x0, y0, [x0], [y0], None
    for _ in range(steps):
        a, b = gx(x, y), gy(x, y)
        old_a, old_b = old or (a, b)
        x = x - h * (2 * a - old_a)
        y = y + eta * h * (2 * b - old_b)
        old = old_a, old_b
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
