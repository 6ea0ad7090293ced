"""Takes an interval that holds zero for the proof of nothing."""

EXERCISE = "entangled.2"
REJECTED_BY = {
    "inconclusive": "a wide interval excludes nothing: that it holds zero is no verdict",
}


def weigh(gain, cause, delta):
    if gain[1] < 0:
        return "harm"
    if gain[0] <= 0 or gain[1] < delta:
        return "too small to matter"
    if gain[0] >= delta and cause[1] < delta:
        return "benefit, other cause"
    return "benefit, this cause" if min(gain[0], cause[0]) >= delta else "inconclusive"
