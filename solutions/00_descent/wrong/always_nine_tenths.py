"""Uses momentum 0.9 everywhere and the longest step that is calm with it."""

EXERCISE = "descent.4"
REJECTED_BY = {
    "a round bowl": "too much momentum for this bowl: a round one needs very little",
    "a long valley": "too little momentum for this bowl: a long valley needs more",
}


def tune(curvatures):
    return (1 + 0.9**0.5) ** 2 / float(max(curvatures)), 0.9
