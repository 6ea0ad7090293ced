"""Divides by the norm of a zero start."""

EXERCISE = "descent.5"
REJECTED_BY = {
    "a zero start is refused": "a zero u has no direction: refuse it with a ValueError",
}


def sharpness(hvp, u, *, steps):
    for _ in range(steps):
        u = u / u.norm()
        w = hvp(u)
        value = float((u * w).sum())
        u = w
    return value
