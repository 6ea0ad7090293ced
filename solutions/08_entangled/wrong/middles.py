"""Compares the middles, as if there were no intervals."""

EXERCISE = "entangled.2"
REJECTED_BY = {
    "inconclusive": "a wide interval excludes nothing: that it holds zero is no verdict",
    "exactly on the border": "below means below: an end that lies on the border is not below it",
}


def weigh(gain, cause, delta):
    middle, added = sum(gain) / 2, sum(cause) / 2
    if middle < 0:
        return "harm"
    if middle < delta:
        return "too small to matter"
    return "benefit, this cause" if added >= delta else "benefit, other cause"
