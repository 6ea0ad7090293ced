"""Gives the last n at which the bias is above."""

EXERCISE = "multistage.5"
REJECTED_BY = {
    "one crossing": "one too early: at this n the bias is still above",
    "a dip": "one too early: at this n the bias is still above",
    "no crossing": "nothing crosses here: the answer is then len(bias), one past the last index",
}


def when_to_switch(bias, variance):
    above = (bias > variance).nonzero().flatten()
    return int(above[-1]) if len(above) else 0
