"""Averages the weights."""

import math

import torch

EXERCISE = "contrastive.4"
REJECTED_BY = {
    "a temperature": ("a mean of the weights instead of their sum: more strangers, later"),
    "log-odds": ("a mean of the weights instead of their sum: more strangers, later"),
    "a bent logit": ("a mean of the weights instead of their sum: more strangers, later"),
    "never": ("a mean of the weights instead of their sum: more strangers, later"),
    "very cold": ("a mean of the weights instead of their sum: more strangers, later"),
}


def release_cosine(logit, strangers):
    total = torch.logsumexp(logit(strangers), dim=0) - math.log(len(strangers))
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
