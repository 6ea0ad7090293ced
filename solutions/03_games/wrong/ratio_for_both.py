"""Steps both players with eta times h."""

import torch

EXERCISE = "games.3"
REJECTED_BY = {
    "where the gradients are asked": "eta speeds up both players: it belongs to y alone",
    "the whole path": "eta speeds up both players: it belongs to y alone",
    "without friction it leaves": "eta speeds up both players: it belongs to y alone",
    "the border of (3.11)": "eta speeds up both players: it belongs to y alone",
}


def play(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys = x0, y0, [x0], [y0]
    for _ in range(steps):
        a, b = gx(x, y), gy(x, y)
        x, y = x - eta * h * a, y + eta * h * b
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
