"""Refuses with assert, which is not a ValueError."""

EXERCISE = "descent.1"
REJECTED_BY = {
    "a bad lr is refused": "the refusal is not a ValueError: write raise ValueError(...)",
}


def gradient_step(x, g, *, lr):
    assert lr > 0, f"lr must be > 0, got {lr}"
    return x - lr * g
