"""FILL: a right answer in another style, in a line."""

EXERCISE = "entangled.1"


def first(x):
    raise NotImplementedError("FILL: solutions/08_entangled/right/: another style")
