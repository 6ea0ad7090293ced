"""Switches where the sum of both is lowest."""

EXERCISE = "multistage.5"
REJECTED_BY = {
    "one crossing": "where the sum is lowest the noise has long ruled",
    "a dip": "where the sum is lowest the noise has long ruled",
    "the height at the end": "where the sum is lowest the noise has long ruled",
    "no crossing": "nothing crosses here: the answer is then len(bias), one past the last index",
}


def when_to_switch(bias, variance):
    return int((bias + variance).argmin())
