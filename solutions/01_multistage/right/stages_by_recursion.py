"""Recursion, and numpy's numbers."""

import numpy as np

EXERCISE = "multistage.1"


def stages(L, mu, n1, budget, p=1, s=1):
    if budget <= 0:
        return []
    unit = int(np.ceil(np.sqrt(L / mu) * (p + 2) * np.log(2)))
    lr, steps = (1 / L, n1) if s == 1 else (4.0**-s / L, unit << s)
    return [(lr, min(steps, budget)), *stages(L, mu, n1, budget - steps, p, s + 1)]
