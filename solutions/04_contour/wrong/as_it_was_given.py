"""The code as it was given: rounded up."""

EXERCISE = "contour.4"
REJECTED_BY = {
    "inside the bins": "this is the weight as it was given: it jumps at the bins' edges",
    "the first bin, and beyond": "this is the weight as it was given: it jumps at the bins' edges",
    "averages are the target's": "this is the weight as it was given: it jumps at the bins' edges",
}


def weight(theta, u, u0, du, zeta):
    J = ((u - u0) / du).floor().clamp(0, len(theta) - 1).long()
    return theta[J] ** zeta
