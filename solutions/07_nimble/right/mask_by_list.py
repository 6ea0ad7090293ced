"""One neuron at a time."""

import torch

EXERCISE = "nimble.1"


def ramp_mask(N, capacity):
    return torch.tensor([min(max(N - j, 0.0), 1.0) for j in range(capacity)], dtype=torch.float64)
