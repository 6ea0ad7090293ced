"""Uses one seed for all walks."""

EXERCISE = "contour.5"
REJECTED_BY = {
    "fresh noise": (
        "one seed for all: the errors are not independent, each lr "
        "needs noise of its own"
    ),
}


def step_bias(walk, lrs, total, truth):
    rows = []
    for lr in lrs:
        means = walk(lr, round(total / lr), True, 0)
        rows.append((float(means.mean() - truth), float(means.std() / len(means) ** 0.5)))
    return rows
