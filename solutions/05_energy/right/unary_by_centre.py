"""Writes each factor as a cosh."""

import math

import torch

EXERCISE = "energy.1"


def log_partition_unary(u):
    half = u.abs() / 2
    log_cosh = half + torch.log1p(torch.exp(-2 * half)) - math.log(2)
    return (u / 2 + log_cosh).sum(dim=1)
