"""Uses momentum 0.9 everywhere and the longest step that is calm with it."""

REJECTED_BY = {
    "a round bowl": "this momentum does not look at the bowl: a round one needs very little",
    "a long valley": "this momentum does not look at the bowl: a long one needs more",
}


def tune(curvatures):
    return (1 + 0.9**0.5) ** 2 / float(max(curvatures)), 0.9
