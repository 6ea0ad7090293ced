"""Adds the cut rows."""

EXERCISE = "clipping.3"
REJECTED_BY = {
    "short rows pass": "this is the sum: divide by the number of rows",
    "one wild row in ten": "this is the sum: divide by the number of rows",
    "long rows, a small tau": "this is the sum: divide by the number of rows",
    "a row of zeros": "this is the sum: divide by the number of rows",
}


def clipped_mean(grads, tau):
    sizes = grads.norm(dim=1, keepdim=True)
    return (grads * (tau / sizes).clamp(max=1)).sum(dim=0)
