"""Multiplies powers of the two masses."""

EXERCISE = "contour.4"


def weight(theta, u, u0, du, zeta):
    t = ((u - u0) / du).clamp(0, len(theta))
    J = t.floor().clamp(max=len(theta) - 1).long()
    s = t - J
    return theta[J] ** (zeta * s) * theta[(J - 1).clamp(min=0)] ** (zeta * (1 - s))
