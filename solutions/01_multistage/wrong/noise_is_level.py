"""Waits until the variance stops growing."""

EXERCISE = "multistage.5"
REJECTED_BY = {
    "one crossing": "you look at the variance alone: the bias tells when there is nothing to gain",
    "a dip": "you look at the variance alone: the bias tells when there is nothing to gain",
    "noise alone": "you look at the variance alone: the bias tells when there is nothing to gain",
    "no crossing": "nothing crosses here: the answer is then len(bias), one past the last index",
    "the height at the end": (
        "you look at the variance alone: the bias tells when there "
        "is nothing to gain"
    ),
}


def when_to_switch(bias, variance):
    return int((variance >= 0.99 * variance.max()).int().argmax())
