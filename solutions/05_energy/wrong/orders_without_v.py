"""Forgets what ranks are worth."""

import math

import torch

EXERCISE = "energy.5"
REJECTED_BY = {
    "one thing": "v is missing: a rank multiplies the score of who holds it",
    "two things": "v is missing: a rank multiplies the score of who holds it",
    "five things": "v is missing: a rank multiplies the score of who holds it",
    "eight things": "v is missing: a rank multiplies the score of who holds it",
}


def log_partition_permutations(theta, v):
    k = len(v)
    F = [torch.zeros_like(theta[:, 0])]
    for mask in range(1, 2**k):
        inside = [i for i in range(k) if mask >> i & 1]
        terms = [F[mask ^ (1 << i)] + theta[:, i] for i in inside]
        F.append(torch.stack(terms).logsumexp(0))
    return F[-1] - math.lgamma(k + 1)
