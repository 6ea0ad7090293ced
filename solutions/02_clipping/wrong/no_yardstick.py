"""Takes the logs of the numbers themselves."""

EXERCISE = "clipping.5"
REJECTED_BY = {
    "an exact tail": "without X_(k+1) a doubled x changes the answer",
    "signs do not count": "without X_(k+1) a doubled x changes the answer",
    "one, and all but one": "without X_(k+1) a doubled x changes the answer",
}


def tail_index(x, k):
    if not 1 <= k < len(x):
        raise ValueError(f"k must be from 1 to {len(x) - 1}, got {k}")
    sizes = x.abs().sort(descending=True).values
    estimate = k / float(sizes[:k].log().sum())
    half = 1.645 * estimate / k**0.5
    return estimate, estimate - half, estimate + half
