"""Measures every number by the smallest."""

EXERCISE = "clipping.5"
REJECTED_BY = {
    "an exact tail": "only the k largest count: you used them all",
    "signs do not count": "only the k largest count: you used them all",
}


def tail_index(x, k):
    if not 1 <= k < len(x):
        raise ValueError(f"k must be from 1 to {len(x) - 1}, got {k}")
    sizes = x.abs().sort(descending=True).values
    rest = len(x) - 1 if k > 1 else k
    estimate = rest / float((sizes[:rest] / sizes[rest]).log().sum())
    half = 1.645 * estimate / k**0.5
    return estimate, estimate - half, estimate + half
