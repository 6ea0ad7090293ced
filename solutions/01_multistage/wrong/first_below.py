"""Takes the first n below, a dip included."""

EXERCISE = "multistage.5"
REJECTED_BY = {
    "a dip": "the bias dips and comes back: it must stay at or below the variance",
}


def when_to_switch(bias, variance):
    below = (bias <= variance).nonzero().flatten()
    return int(below[0]) if len(below) else len(bias)
