"""Rounds down to the lower edge."""

EXERCISE = "contour.4"
REJECTED_BY = {
    "inside the bins": "rounded down instead of up: still a staircase, the force follows lines",
    "the first bin, and beyond": (
        "rounded down instead of up: still a staircase, the force "
        "follows lines"
    ),
    "tiny masses": "rounded down instead of up: still a staircase, the force follows lines",
    "averages are the target's": (
        "rounded down instead of up: still a staircase, the force "
        "follows lines"
    ),
}


def weight(theta, u, u0, du, zeta):
    J = ((u - u0) / du).floor().clamp(0, len(theta) - 1).long()
    return theta[(J - 1).clamp(min=0)] ** zeta
