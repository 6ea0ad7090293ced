"""Cuts the caller's rows."""

EXERCISE = "clipping.3"
REJECTED_BY = {
    "grads are left alone": "your function changed its input; the caller's grads moved too",
}


def clipped_mean(grads, tau):
    grads *= (tau / grads.norm(dim=1, keepdim=True)).clamp(max=1)
    return grads.mean(dim=0)
