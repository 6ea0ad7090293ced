"""Leaves long rows out."""

EXERCISE = "clipping.3"
REJECTED_BY = {
    "one wild row in ten": "long rows are dropped: cut them, they keep their direction",
    "long rows, a small tau": "long rows are dropped: cut them, they keep their direction",
}


def clipped_mean(grads, tau):
    return grads[grads.norm(dim=1) <= tau].mean(dim=0)
