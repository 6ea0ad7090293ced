"""Takes the total time for a number of steps."""

EXERCISE = "contour.5"
REJECTED_BY = {
    "equal time": "equal time, not equal steps: a walk of shorter steps needs more of them",
}


def step_bias(walk, lrs, total, truth):
    rows = []
    for k, lr in enumerate(lrs):
        means = walk(lr, round(total), True, k)
        rows.append((float(means.mean() - truth), float(means.std() / len(means) ** 0.5)))
    return rows
