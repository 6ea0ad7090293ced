"""Forgets zeta."""

EXERCISE = "contour.4"
REJECTED_BY = {
    "inside the bins": "zeta is missing: the weight is Psi to that power",
    "the first bin, and beyond": "zeta is missing: the weight is Psi to that power",
    "averages are the target's": "zeta is missing: the weight is Psi to that power",
}


def weight(theta, u, u0, du, zeta):
    t = (u - u0) / du
    J = t.floor().clamp(0, len(theta) - 1).long()
    s = (t - J).clamp(0, 1)
    below = (J - 1).clamp(min=0)
    return theta[below] ** (1 - s) * theta[J] ** s
