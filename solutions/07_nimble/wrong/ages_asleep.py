"""Lets sleepers grow older."""

import torch

EXERCISE = "nimble.5"
REJECTED_BY = {
    "sleepers are left alone": "it aged while asleep: only neurons that are awake grow older",
    "not yet born": "it aged while asleep: only neurons that are awake grow older",
    "a life from birth": "not where a fresh Adam, begun at its birth, would bring it",
}


def adam_update(p, m, v, age, g, awake, lr):
    on, age = awake > 0, age + 1
    m = torch.where(on, 0.9 * m + 0.1 * g, m)
    v = torch.where(on, 0.999 * v + 0.001 * g**2, v)
    a = age.clamp(min=1)
    move = lr * (m / (1 - 0.9**a)) / ((v / (1 - 0.999**a)).sqrt() + 1e-8)
    return p - move * awake, m, v, age
