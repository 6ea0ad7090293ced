"""Gives the spread of one chain for the error of the mean."""

EXERCISE = "contour.5"
REJECTED_BY = {
    "its standard error": "the spread of one chain: divide by the root of C",
}


def step_bias(walk, lrs, total, truth):
    rows = []
    for k, lr in enumerate(lrs):
        means = walk(lr, round(total / lr), True, k)
        rows.append((float(means.mean() - truth), float(means.std())))
    return rows
