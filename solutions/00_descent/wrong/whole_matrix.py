"""Builds the whole matrix, one product for each column."""

import torch

EXERCISE = "descent.5"
REJECTED_BY = {
    "few products": "you ask for more products than steps + 1: is the whole matrix needed?",
}


def sharpness(hvp, u, *, steps):
    if float(u.norm()) == 0:
        raise ValueError("u must not be zero")
    units = torch.eye(u.numel(), dtype=u.dtype)
    columns = [hvp(e.reshape(u.shape)).flatten() for e in units]
    values = torch.linalg.eigvalsh(torch.stack(columns))
    return float(values[values.abs().argmax()])
