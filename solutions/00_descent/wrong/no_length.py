"""Takes the whole gradient as the step and never uses lr."""

EXERCISE = "descent.1"
REJECTED_BY = {
    "one number": "the length of the step is missing: multiply the gradient by lr",
    "a whole table": "the length of the step is missing: multiply the gradient by lr",
}


def gradient_step(x, g, *, lr):
    if lr <= 0:
        raise ValueError(f"lr must be > 0, got {lr}")
    return x - g
