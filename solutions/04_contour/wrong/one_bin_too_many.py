"""Lets the last bin be m."""

EXERCISE = "contour.1"
REJECTED_BY = {
    "outside": "there are m bins, from 0: the last one is m - 1",
}


def bin_of(u, u0, du, m):
    return ((u - u0) / du).floor().clamp(0, m).long()
