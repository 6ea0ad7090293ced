"""Takes any lr, a negative one too."""

EXERCISE = "descent.1"
REJECTED_BY = {
    "a bad lr is refused": "a negative lr must be refused by name, bound and value",
}


def gradient_step(x, g, *, lr):
    return x - lr * g
