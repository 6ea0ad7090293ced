"""Gives a band for 95 samples of 100."""

EXERCISE = "clipping.5"
REJECTED_BY = {
    "the band": "1.96 standard errors hold 95 %: 90 % take 1.645",
}


def tail_index(x, k):
    if not 1 <= k < len(x):
        raise ValueError(f"k must be from 1 to {len(x) - 1}, got {k}")
    sizes = x.abs().sort(descending=True).values
    estimate = k / float((sizes[:k] / sizes[k]).log().sum())
    half = 1.96 * estimate / k**0.5
    return estimate, estimate - half, estimate + half
