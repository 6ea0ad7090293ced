"""Sets every clock back when a neuron wakes."""

import torch

EXERCISE = "nimble.5"
REJECTED_BY = {
    "the old go on": "the old neurons jump: their clocks were set back",
}


def adam_update(p, m, v, age, g, awake, lr):
    on, age = awake > 0, torch.where((awake > age).any() & (awake > 0), 1.0, age + awake)
    m = torch.where(on, 0.9 * m + 0.1 * g, m)
    v = torch.where(on, 0.999 * v + 0.001 * g**2, v)
    a = age.clamp(min=1)
    move = lr * (m / (1 - 0.9**a)) / ((v / (1 - 0.999**a)).sqrt() + 1e-8)
    return p - move * awake, m, v, age
