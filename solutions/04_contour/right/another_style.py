"""FILL: a right answer in another style, in a line."""

EXERCISE = "contour.1"


def first(x):
    raise NotImplementedError("FILL: solutions/04_contour/right/: another style")
