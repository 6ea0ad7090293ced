"""Changes the order of the players: still alternating."""

import torch

EXERCISE = "games.3"
REJECTED_BY = {
    "where the gradients are asked": (
        "x is asked after y has moved: still alternating, y first; ask both, then move"
    ),
    "the whole path": (
        "x is asked after y has moved: still alternating, y first; ask both, then move"
    ),
    "without friction it leaves": (
        "x is asked after y has moved: still alternating, y first; ask both, then move"
    ),
    "the border of (3.11)": (
        "x is asked after y has moved: still alternating, y first; ask both, then move"
    ),
}


def play(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys = x0, y0, [x0], [y0]
    for _ in range(steps):
        y = y + eta * h * gy(x, y)
        x = x - h * gx(x, y)
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
