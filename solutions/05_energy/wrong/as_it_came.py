"""FILL: a mistake that learners really make, in a line."""

EXERCISE = "energy.1"
REJECTED_BY = {"one number": "FILL: the cause that the learner is told"}


def first(x):
    return x
