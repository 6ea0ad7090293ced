"""Forgets the square of the momentum."""

EXERCISE = "descent.4"
REJECTED_BY = {
    "a round bowl": "your momentum lacks its square: it is the square of the factor per step",
    "a long valley": "your momentum lacks its square: it is the square of the factor per step",
}


def tune(curvatures):
    a, b = float(min(curvatures)) ** 0.5, float(max(curvatures)) ** 0.5
    return (2 / (a + b)) ** 2, (b - a) / (b + a)
