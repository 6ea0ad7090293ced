"""Gives thing i the value v_i."""

import math

import torch

EXERCISE = "energy.5"
REJECTED_BY = {
    "two things": "v belongs to the rank, |S|, not to the thing i",
    "five things": "v belongs to the rank, |S|, not to the thing i",
    "eight things": "v belongs to the rank, |S|, not to the thing i",
}


def log_partition_permutations(theta, v):
    k = len(v)
    F = [torch.zeros_like(theta[:, 0])]
    for mask in range(1, 2**k):
        inside = [i for i in range(k) if mask >> i & 1]
        terms = [F[mask ^ (1 << i)] + theta[:, i] * v[i] for i in inside]
        F.append(torch.stack(terms).logsumexp(0))
    return F[-1] - math.lgamma(k + 1)
