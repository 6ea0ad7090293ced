"""Takes one length for the whole batch."""

EXERCISE = "clipping.3"
REJECTED_BY = {
    "short rows pass": "one length for all rows together: every row has its own",
    "one wild row in ten": "one length for all rows together: every row has its own",
    "long rows, a small tau": "one length for all rows together: every row has its own",
}


def clipped_mean(grads, tau):
    return (grads * (tau / grads.norm()).clamp(max=1)).mean(dim=0)
