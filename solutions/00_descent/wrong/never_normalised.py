"""Multiplies again and again and divides only at the end."""

EXERCISE = "descent.5"
REJECTED_BY = {
    "a steep bowl": "the numbers grew past all bounds: divide by the norm in every turn",
}


def sharpness(hvp, u, *, steps):
    if float(u.norm()) == 0:
        raise ValueError("u must not be zero")
    for _ in range(steps):
        u = hvp(u)
    return float((u * hvp(u)).sum() / (u * u).sum())
