"""Lets the masses be learnt during the runs."""

EXERCISE = "contour.5"
REJECTED_BY = {
    "the masses are frozen": (
        "two causes at once: masses that are still learnt move the "
        "mean too; freeze them"
    ),
}


def step_bias(walk, lrs, total, truth):
    rows = []
    for k, lr in enumerate(lrs):
        means = walk(lr, round(total / lr), False, k)
        rows.append((float(means.mean() - truth), float(means.std() / len(means) ** 0.5)))
    return rows
