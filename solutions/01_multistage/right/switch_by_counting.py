"""Counts how many are low in one piece at the end."""

import numpy as np

EXERCISE = "multistage.5"


def when_to_switch(bias, variance):
    low = (np.asarray(bias) <= np.asarray(variance))[::-1]
    return len(low) - np.logical_and.accumulate(low).sum()
