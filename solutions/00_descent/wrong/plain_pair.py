"""The best step without momentum."""

EXERCISE = "descent.4"
REJECTED_BY = {
    "faster than plain steps": "the best step without momentum: the heavy ball has a faster pair",
    "a round bowl": "the best step without momentum: the heavy ball has a faster pair",
    "a long valley": "the best step without momentum: the heavy ball has a faster pair",
}


def tune(curvatures):
    return 2 / float(min(curvatures) + max(curvatures)), 0.0
