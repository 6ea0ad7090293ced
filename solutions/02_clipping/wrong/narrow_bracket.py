"""Searches between -tau and tau only."""

EXERCISE = "clipping.4"
REJECTED_BY = {
    "symmetric noise, far away": "this is tau itself: x may rest far beyond, only x + noise is cut",
    "a very small tau": "this is tau itself: x may rest far beyond, only x + noise is cut",
    "five numbers": "this is tau itself: x may rest far beyond, only x + noise is cut",
}


def resting_place(noise, tau):
    low, high = -tau, tau
    for _ in range(100):
        middle = (low + high) / 2
        if (middle + noise).clamp(-tau, tau).mean() > 0:
            high = middle
        else:
            low = middle
    return low
