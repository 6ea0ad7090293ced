"""Writes the step into the caller's tensor."""

EXERCISE = "descent.1"
REJECTED_BY = {
    "x is left alone": "your function changed its input; the caller's x moved too",
}


def gradient_step(x, g, *, lr):
    if lr <= 0:
        raise ValueError(f"lr must be > 0, got {lr}")
    x -= lr * g
    return x
