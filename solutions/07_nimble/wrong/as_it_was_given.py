"""Hands the given code in."""

import torch

EXERCISE = "nimble.5"
REJECTED_BY = {
    "the step of a newborn": (
        "one clock for all: a newborn is corrected as if its averages were old"
    ),
    "sleepers are left alone": (
        "one clock for all: a newborn is corrected as if its averages were old"
    ),
    "not yet born": "one clock for all: a newborn is corrected as if its averages were old",
    "a life from birth": "not where a fresh Adam, begun at its birth, would bring it",
}


def adam_update(p, m, v, age, g, awake, lr):
    age = torch.full_like(age, float(age.max())) + 1
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    move = lr * (m / (1 - 0.9**age)) / ((v / (1 - 0.999**age)).sqrt() + 1e-8)
    return p - move * awake, m, v, age
