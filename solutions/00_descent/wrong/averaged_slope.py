"""Moves every entry by the mean of the gradient."""

EXERCISE = "descent.1"
REJECTED_BY = {
    "a whole table": "every entry moves by its own entry of g; you moved all by one number",
}


def gradient_step(x, g, *, lr):
    if lr <= 0:
        raise ValueError(f"lr must be > 0, got {lr}")
    return x - lr * g.mean()
