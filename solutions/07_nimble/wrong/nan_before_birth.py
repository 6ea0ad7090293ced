"""Divides by zero for those not yet born."""

import torch

EXERCISE = "nimble.5"
REJECTED_BY = {
    "not yet born": "0 / 0 is nan: a neuron that was never awake has age 0, and 1 - beta^0 = 0",
    "a life from birth": (
        "0 / 0 is nan: a neuron that was never awake has age 0, and 1 - beta^0 = 0"
    ),
}


def adam_update(p, m, v, age, g, awake, lr):
    on, age = awake > 0, age + awake
    m = torch.where(on, 0.9 * m + 0.1 * g, m)
    v = torch.where(on, 0.999 * v + 0.001 * g**2, v)
    a = age
    move = lr * (m / (1 - 0.9**a)) / ((v / (1 - 0.999**a)).sqrt() + 1e-8)
    return p - move * awake, m, v, age
