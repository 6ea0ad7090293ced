"""Leaves log k! on."""

import torch

EXERCISE = "energy.5"
REJECTED_BY = {
    "two things": "the prior gives each order 1 / k!: take log k! off at the end",
    "five things": "the prior gives each order 1 / k!: take log k! off at the end",
    "eight things": "the prior gives each order 1 / k!: take log k! off at the end",
}


def log_partition_permutations(theta, v):
    k = len(v)
    F = [torch.zeros_like(theta[:, 0])]
    for mask in range(1, 2**k):
        inside = [i for i in range(k) if mask >> i & 1]
        worth = v[len(inside) - 1]
        terms = [F[mask ^ (1 << i)] + theta[:, i] * worth for i in inside]
        F.append(torch.stack(terms).logsumexp(0))
    return F[-1]
