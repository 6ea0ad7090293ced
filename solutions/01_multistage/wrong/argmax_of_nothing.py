"""Takes argmax for the first n below: 0 when there is none."""

EXERCISE = "multistage.5"
REJECTED_BY = {
    "a dip": "the bias dips and comes back: it must stay at or below the variance",
    "no crossing": "nothing crosses here: the answer is then len(bias), one past the last index",
}


def when_to_switch(bias, variance):
    return int((bias <= variance).int().argmax())
