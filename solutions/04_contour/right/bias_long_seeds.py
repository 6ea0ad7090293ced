"""Other seeds, and the error of the mean written out."""

EXERCISE = "contour.5"


def step_bias(walk, lrs, total, truth):
    rows = []
    for lr in lrs:
        off = walk(lr, int(total / lr + 0.5), True, 1000 + len(rows)) - truth
        n = len(off)
        mean = sum(off.tolist()) / n
        rows.append([mean, (sum((v - mean) ** 2 for v in off.tolist()) / (n - 1) / n) ** 0.5])
    return rows
