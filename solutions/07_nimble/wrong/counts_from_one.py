"""Counts the neurons from one."""

import torch

EXERCISE = "nimble.1"
REJECTED_BY = {
    "between whole numbers": "neuron 0 opens between 0 and 1: count j from 0",
    "more than half a neuron": "neuron 0 opens between 0 and 1: count j from 0",
    "a whole number": "neuron 0 opens between 0 and 1: count j from 0",
    "none and all": "neuron 0 opens between 0 and 1: count j from 0",
}


def ramp_mask(N, capacity):
    return (N - torch.arange(1, capacity + 1, dtype=torch.float64)).clamp(0, 1)
