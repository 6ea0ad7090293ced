"""Draws straight lines of the masses, not of their logarithms."""

EXERCISE = "contour.4"
REJECTED_BY = {
    "inside the bins": "log Psi is straight, not Psi: interpolate logs",
    "the first bin, and beyond": "log Psi is straight, not Psi: interpolate logs",
    "tiny masses": "log Psi is straight, not Psi: interpolate logs",
    "averages are the target's": "log Psi is straight, not Psi: interpolate logs",
}


def weight(theta, u, u0, du, zeta):
    t = (u - u0) / du
    J = t.floor().clamp(0, len(theta) - 1).long()
    s = (t - J).clamp(0, 1)
    below = (J - 1).clamp(min=0)
    return (s * theta[J] + (1 - s) * theta[below]) ** zeta
