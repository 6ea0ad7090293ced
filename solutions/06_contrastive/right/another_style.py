"""FILL: a right answer in another style, in a line."""

EXERCISE = "contrastive.1"


def first(x):
    raise NotImplementedError("FILL: solutions/06_contrastive/right/: another style")
