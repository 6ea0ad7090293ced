"""Drops the bias correction everywhere."""

import torch

EXERCISE = "nimble.5"
REJECTED_BY = {
    "the step of a newborn": "no bias correction: the averages of a newborn begin at zero",
    "the old go on": "no bias correction: the averages of a newborn begin at zero",
    "a life from birth": "not where a fresh Adam, begun at its birth, would bring it",
}


def adam_update(p, m, v, age, g, awake, lr):
    on, age = awake > 0, age + awake
    m = torch.where(on, 0.9 * m + 0.1 * g, m)
    v = torch.where(on, 0.999 * v + 0.001 * g**2, v)
    move = lr * m / (v.sqrt() + 1e-8)
    return p - move * awake, m, v, age
