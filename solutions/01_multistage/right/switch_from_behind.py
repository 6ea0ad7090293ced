"""Walks back from the end."""

EXERCISE = "multistage.5"


def when_to_switch(bias, variance):
    n = len(bias)
    while n > 0 and bias[n - 1] <= variance[n - 1]:
        n -= 1
    return n
