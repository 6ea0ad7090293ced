"""Refuses a negative lr and lets zero through."""

EXERCISE = "descent.1"
REJECTED_BY = {
    "a bad lr is refused": "with lr = 0 nothing moves: the bound is lr > 0, so refuse 0 as well",
}


def gradient_step(x, g, *, lr):
    if lr < 0:
        raise ValueError(f"lr must be > 0, got {lr}")
    return x - lr * g
