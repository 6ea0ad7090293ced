"""Adds exponentials of cold logits."""

import torch

EXERCISE = "contrastive.4"
REJECTED_BY = {
    "very cold": ("exp of a cold logit overflows: use logsumexp"),
}


def release_cosine(logit, strangers):
    total = torch.log(torch.exp(logit(strangers)).sum())
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
