"""Swaps the two ends of the line."""

EXERCISE = "contour.4"
REJECTED_BY = {
    "inside the bins": "s counts from the lower edge: at s = 1 Psi is theta(J)",
    "the first bin, and beyond": "s counts from the lower edge: at s = 1 Psi is theta(J)",
    "averages are the target's": "s counts from the lower edge: at s = 1 Psi is theta(J)",
}


def weight(theta, u, u0, du, zeta):
    t = (u - u0) / du
    J = t.floor().clamp(0, len(theta) - 1).long()
    s = (t - J).clamp(0, 1)
    below = (J - 1).clamp(min=0)
    return theta[below] ** (zeta * s) * theta[J] ** (zeta * (1 - s))
