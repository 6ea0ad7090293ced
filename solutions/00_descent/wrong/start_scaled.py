"""Scales the caller's u in place."""

EXERCISE = "descent.5"
REJECTED_BY = {
    "u is left alone": "your function changed its input; the caller's u moved too",
}


def sharpness(hvp, u, *, steps):
    if float(u.norm()) == 0:
        raise ValueError("u must not be zero")
    for _ in range(steps):
        u /= u.norm()
        w = hvp(u)
        value = float((u * w).sum())
        u = w
    return value
