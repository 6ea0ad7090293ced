"""Switches in the middle, whatever the curves."""

EXERCISE = "multistage.5"
REJECTED_BY = {
    "one crossing": "half of the curve, whatever it shows: the curves must decide",
    "a dip": "half of the curve, whatever it shows: the curves must decide",
    "noise alone": "half of the curve, whatever it shows: the curves must decide",
    "no crossing": "half of the curve, whatever it shows: the curves must decide",
    "the height at the end": "half of the curve, whatever it shows: the curves must decide",
}


def when_to_switch(bias, variance):
    return len(bias) // 2
