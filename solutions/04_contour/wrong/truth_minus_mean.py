"""Turns the sign of the error."""

EXERCISE = "contour.5"
REJECTED_BY = {
    "the error": "the sign: mean minus truth",
}


def step_bias(walk, lrs, total, truth):
    rows = []
    for k, lr in enumerate(lrs):
        means = walk(lr, round(total / lr), True, k)
        rows.append((float(truth - means.mean()), float(means.std() / len(means) ** 0.5)))
    return rows
