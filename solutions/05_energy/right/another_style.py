"""FILL: a right answer in another style, in a line."""

EXERCISE = "energy.1"


def first(x):
    raise NotImplementedError("FILL: solutions/05_energy/right/: another style")
