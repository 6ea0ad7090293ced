"""Averages the switches."""

import math

from torch.nn.functional import softplus

EXERCISE = "energy.1"
REJECTED_BY = {
    "some switches": "you took the mean over switches: logarithms of factors add up",
    "huge scores": "you took the mean over switches: logarithms of factors add up",
}


def log_partition_unary(u):
    return (softplus(u) - math.log(2)).mean(-1)
