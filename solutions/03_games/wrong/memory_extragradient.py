"""Looks ahead with a second question each round."""

import torch

EXERCISE = "games.2"
REJECTED_BY = {
    "the first round": (
        "you step with gradients from ahead: that is extragradient, two questions a round"
    ),
    "two rounds": (
        "you step with gradients from ahead: that is extragradient, two questions a round"
    ),
    "the whole path": (
        "you step with gradients from ahead: that is extragradient, two questions a round"
    ),
    "one question a round": "you ask for more gradients than steps: keep grad(x) in a name",
}


def optimistic(gx, gy, x0, y0, *, h, eta, steps):
    x, y, xs, ys = x0, y0, [x0], [y0]
    for _ in range(steps):
        x_far, y_far = x - h * gx(x, y), y + eta * h * gy(x, y)
        x, y = x - h * gx(x_far, y_far), y + eta * h * gy(x_far, y_far)
        xs.append(x)
        ys.append(y)
    return torch.stack(xs), torch.stack(ys)
