"""One row after the other."""

import torch

EXERCISE = "clipping.3"


def clipped_mean(grads, tau):
    total = torch.zeros_like(grads[0])
    for row in grads:
        length = row.norm()
        total = total + (row * tau / length if length > tau else row)
    return total / len(grads)
