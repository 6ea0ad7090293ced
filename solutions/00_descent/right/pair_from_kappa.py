"""The pair written with the stretch kappa."""

import numpy as np

EXERCISE = "descent.4"


def tune(curvatures):
    h = np.asarray(curvatures)
    rate = 1 - 2 / (np.sqrt(h.max() / h.min()) + 1)
    return (1 + rate) ** 2 / h.max(), rate**2
