"""Iterates first and measures once at the end."""

EXERCISE = "descent.5"


def sharpness(hvp, u, *, steps):
    if not bool((u != 0).any()):
        raise ValueError("u must not be zero, got zeros")
    for _ in range(steps):
        u = u / u.norm()
        u = hvp(u)
    return ((u * hvp(u)).sum() / (u * u).sum()).item()
