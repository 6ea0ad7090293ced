"""FILL: a right answer in another style, in a line."""

EXERCISE = "nimble.1"


def first(x):
    raise NotImplementedError("FILL: solutions/07_nimble/right/: another style")
