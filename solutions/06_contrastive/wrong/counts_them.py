"""Takes the logarithm of their number."""

import math

EXERCISE = "contrastive.4"
REJECTED_BY = {
    "a temperature": ("this is log of their number: the strangers' own logits count"),
    "log-odds": ("this is log of their number: the strangers' own logits count"),
    "a bent logit": ("this is log of their number: the strangers' own logits count"),
    "one stranger": ("this is log of their number: the strangers' own logits count"),
    "very cold": ("this is log of their number: the strangers' own logits count"),
}


def release_cosine(logit, strangers):
    total = math.log(len(strangers))
    if logit(1.0) <= total:
        return 1.0
    low, high = -1.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if logit(middle) < total:
            low = middle
        else:
            high = middle
    return low
