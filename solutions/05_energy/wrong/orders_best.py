"""Takes the best order."""

import math

import torch

EXERCISE = "energy.5"
REJECTED_BY = {
    "two things": "this is the best order alone: a sum over orders needs logsumexp",
    "five things": "this is the best order alone: a sum over orders needs logsumexp",
    "eight things": "this is the best order alone: a sum over orders needs logsumexp",
}


def log_partition_permutations(theta, v):
    k = len(v)
    F = [torch.zeros_like(theta[:, 0])]
    for mask in range(1, 2**k):
        inside = [i for i in range(k) if mask >> i & 1]
        worth = v[len(inside) - 1]
        terms = [F[mask ^ (1 << i)] + theta[:, i] * worth for i in inside]
        F.append(torch.stack(terms).amax(0))
    return F[-1] - math.lgamma(k + 1)
