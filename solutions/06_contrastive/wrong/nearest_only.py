"""Looks at the nearest stranger only."""

EXERCISE = "contrastive.4"
REJECTED_BY = {
    "a temperature": ("this is where the nearest stranger stands: all weights add up"),
    "log-odds": ("this is where the nearest stranger stands: all weights add up"),
    "a bent logit": ("this is where the nearest stranger stands: all weights add up"),
    "never": ("this is where the nearest stranger stands: all weights add up"),
}


def release_cosine(logit, strangers):
    total = logit(strangers).max()
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
