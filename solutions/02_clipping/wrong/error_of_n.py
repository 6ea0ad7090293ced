"""Counts all n numbers in the error."""

EXERCISE = "clipping.5"
REJECTED_BY = {
    "the band": "only k numbers were used: the error is 1 / sqrt k, not of n",
}


def tail_index(x, k):
    if not 1 <= k < len(x):
        raise ValueError(f"k must be from 1 to {len(x) - 1}, got {k}")
    sizes = x.abs().sort(descending=True).values
    estimate = k / float((sizes[:k] / sizes[k]).log().sum())
    half = 1.645 * estimate / len(x) ** 0.5
    return estimate, estimate - half, estimate + half
