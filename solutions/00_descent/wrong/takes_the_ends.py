"""Trusts that the curvatures come sorted."""

EXERCISE = "descent.4"
REJECTED_BY = {
    "any order": "the first and the last entry need not be the extremes: use min and max",
}


def tune(curvatures):
    a, b = float(curvatures[0]) ** 0.5, float(curvatures[-1]) ** 0.5
    return (2 / (a + b)) ** 2, ((b - a) / (b + a)) ** 2
