"""Averages the rows and cuts the mean."""

EXERCISE = "clipping.3"
REJECTED_BY = {
    "one wild row in ten": "you average first: cut each row before it can rule",
    "long rows, a small tau": "you average first: cut each row before it can rule",
}


def clipped_mean(grads, tau):
    mean = grads.mean(dim=0)
    return mean * (tau / mean.norm()).clamp(max=1)
