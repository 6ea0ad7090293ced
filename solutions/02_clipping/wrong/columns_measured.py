"""Measures along the wrong axis."""

EXERCISE = "clipping.3"
REJECTED_BY = {
    "short rows pass": "these are the lengths of the columns: a row is one g",
    "one wild row in ten": "these are the lengths of the columns: a row is one g",
    "long rows, a small tau": "these are the lengths of the columns: a row is one g",
}


def clipped_mean(grads, tau):
    sizes = grads.norm(dim=0, keepdim=True)
    return (grads * (tau / sizes).clamp(max=1)).mean(dim=0)
