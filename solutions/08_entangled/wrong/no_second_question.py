"""Never asks for the cause."""

EXERCISE = "entangled.2"
REJECTED_BY = {
    "a benefit, and its cause": "which cause? what it adds is below delta",
    "inconclusive": "an interval that reaches from below delta to above it decides nothing",
    "exactly on the border": "below means below: an end that lies on the border is not below it",
}


def weigh(gain, cause, delta):
    if gain[1] < 0:
        return "harm"
    if gain[1] < delta:
        return "too small to matter"
    return "benefit, this cause" if gain[0] >= delta else "inconclusive"
