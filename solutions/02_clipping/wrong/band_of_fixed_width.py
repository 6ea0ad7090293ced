"""Forgets that the error grows with the index."""

EXERCISE = "clipping.5"
REJECTED_BY = {
    "the band": "the band grows with the estimate: its relative error is 1 / sqrt k",
}


def tail_index(x, k):
    if not 1 <= k < len(x):
        raise ValueError(f"k must be from 1 to {len(x) - 1}, got {k}")
    sizes = x.abs().sort(descending=True).values
    estimate = k / float((sizes[:k] / sizes[k]).log().sum())
    half = 1.645 / k**0.5
    return estimate, estimate - half, estimate + half
