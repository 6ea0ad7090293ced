"""Searches beyond 1."""

import torch

EXERCISE = "contrastive.4"
REJECTED_BY = {
    "never": ("a straight logit is assumed: search for the cosine whose logit is the total"),
}


def release_cosine(logit, strangers):
    total = torch.logsumexp(logit(strangers), dim=0)
    low, high, steep = -1.0, 1.0, logit(1.0)
    for _ in range(60):
        middle = (low + high) / 2
        if logit(middle) < total:
            low = middle
        else:
            high = middle
    return low if steep > total else float(total / steep)
