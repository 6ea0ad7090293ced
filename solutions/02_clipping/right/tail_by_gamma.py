"""The exact band: the sum of k logarithms follows a gamma law."""

import numpy as np
from scipy.stats import gamma

EXERCISE = "clipping.5"


def tail_index(x, k):
    sizes = np.sort(np.abs(np.asarray(x)))[::-1]
    if not 0 < k < len(sizes):
        raise ValueError(f"k must be in [1, {len(sizes) - 1}], got {k}")
    estimate = k / np.log(sizes[:k] / sizes[k]).sum()
    low, high = gamma.ppf([0.05, 0.95], k) / k
    return estimate, estimate * low, estimate * high
