"""The code as it was given: the root of the length is missing."""

EXERCISE = "clipping.3"
REJECTED_BY = {
    "short rows pass": "tau is compared with the squared length: the root is missing",
    "one wild row in ten": "tau is compared with the squared length: the root is missing",
    "long rows, a small tau": "tau is compared with the squared length: the root is missing",
}


def clipped_mean(grads, tau):
    sizes = (grads * grads).sum(dim=1, keepdim=True)
    return (grads * (tau / sizes).clamp(max=1)).mean(dim=0)
