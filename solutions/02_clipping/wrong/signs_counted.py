"""Sorts the numbers, not their sizes."""

EXERCISE = "clipping.5"
REJECTED_BY = {
    "signs do not count": "signs do not count: a huge negative number is huge, so take |x| first",
}


def tail_index(x, k):
    if not 1 <= k < len(x):
        raise ValueError(f"k must be from 1 to {len(x) - 1}, got {k}")
    sizes = x.sort(descending=True).values
    estimate = k / float((sizes[:k] / sizes[k]).log().sum())
    half = 1.645 * estimate / k**0.5
    return estimate, estimate - half, estimate + half
