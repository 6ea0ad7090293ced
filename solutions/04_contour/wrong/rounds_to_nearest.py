"""Rounds to the nearest bin."""

EXERCISE = "contour.1"
REJECTED_BY = {
    "inside the bins": "round down: a bin reaches up to its next edge",
}


def bin_of(u, u0, du, m):
    return ((u - u0) / du).round().clamp(0, m - 1).long()
