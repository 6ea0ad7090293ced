"""Cuts at 0 only."""

import torch

EXERCISE = "nimble.1"
REJECTED_BY = {
    "between whole numbers": "a neuron cannot take part more than once: cut at 1",
    "more than half a neuron": "a neuron cannot take part more than once: cut at 1",
    "a whole number": "a neuron cannot take part more than once: cut at 1",
    "none and all": "a neuron cannot take part more than once: cut at 1",
}


def ramp_mask(N, capacity):
    return (N - torch.arange(capacity, dtype=torch.float64)).clamp(min=0)
