"""Gives the mean of the logs, which is one over the index."""

EXERCISE = "clipping.5"
REJECTED_BY = {
    "an exact tail": "this is 1 / index: k stands above the sum",
    "signs do not count": "this is 1 / index: k stands above the sum",
    "one, and all but one": "this is 1 / index: k stands above the sum",
}


def tail_index(x, k):
    if not 1 <= k < len(x):
        raise ValueError(f"k must be from 1 to {len(x) - 1}, got {k}")
    sizes = x.abs().sort(descending=True).values
    estimate = float((sizes[:k] / sizes[k]).log().sum()) / k
    half = 1.645 * estimate / k**0.5
    return estimate, estimate - half, estimate + half
