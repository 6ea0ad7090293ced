"""Takes every logit for a straight line."""

import torch

EXERCISE = "contrastive.4"
REJECTED_BY = {
    "log-odds": ("a straight logit is assumed: search for the cosine whose logit is the total"),
    "a bent logit": ("a straight logit is assumed: search for the cosine whose logit is the total"),
}


def release_cosine(logit, strangers):
    total = torch.logsumexp(logit(strangers), dim=0)
    return min(1.0, float(total / logit(1.0)))
