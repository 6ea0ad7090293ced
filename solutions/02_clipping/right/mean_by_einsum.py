"""Weights first, then one product."""

EXERCISE = "clipping.3"


def clipped_mean(grads, tau):
    weights = tau / grads.norm(dim=1).clamp(min=tau)
    return weights @ grads / len(grads)
