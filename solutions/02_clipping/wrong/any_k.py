"""Takes any k that Python can slice."""

EXERCISE = "clipping.5"
REJECTED_BY = {
    "a bad k is refused": "no numbers, no estimate: refuse k < 1",
}


def tail_index(x, k):
    if k >= len(x):
        raise ValueError(f"k must be from 1 to {len(x) - 1}, got {k}")
    sizes = x.abs().sort(descending=True).values
    estimate = k / float((sizes[:k] / sizes[k]).log().sum())
    half = 1.645 * estimate / k**0.5
    return estimate, estimate - half, estimate + half
