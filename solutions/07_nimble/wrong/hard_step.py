"""Counts a neuron that is partly open as whole."""

import torch

EXERCISE = "nimble.1"
REJECTED_BY = {
    "between whole numbers": "a hard step: N would get no gradient, the last share is N - j",
    "more than half a neuron": "a hard step: N would get no gradient, the last share is N - j",
}


def ramp_mask(N, capacity):
    return (torch.arange(capacity, dtype=torch.float64) < N).double()
