"""Goes up the slope: the sign of the step is lost."""

EXERCISE = "descent.1"
REJECTED_BY = {
    "one number": "you climb: the step goes against the gradient",
    "a whole table": "you climb: the step goes against the gradient",
}


def gradient_step(x, g, *, lr):
    if lr <= 0:
        raise ValueError(f"lr must be > 0, got {lr}")
    return x + lr * g
