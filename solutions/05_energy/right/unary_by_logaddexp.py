"""Adds the two ways of each switch."""

import math

import torch

EXERCISE = "energy.1"


def log_partition_unary(u):
    return torch.logaddexp(u, torch.zeros_like(u)).sum(-1) - u.shape[-1] * math.log(2)
