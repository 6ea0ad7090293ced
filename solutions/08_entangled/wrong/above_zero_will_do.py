"""Is content with any gain above zero."""

EXERCISE = "entangled.2"
REJECTED_BY = {
    "a benefit, and its cause": "which cause? what it adds is below delta",
    "inconclusive": "above zero is not yet delta or more: the word is still open",
    "exactly on the border": "below means below: an end that lies on the border is not below it",
}


def weigh(gain, cause, delta):
    if gain[1] < 0:
        return "harm"
    if gain[1] < delta:
        return "too small to matter"
    if gain[0] > 0:
        return "benefit, this cause" if cause[0] > 0 else "benefit, other cause"
    return "inconclusive"
