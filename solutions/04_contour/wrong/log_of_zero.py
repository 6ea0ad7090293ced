"""Takes the logarithm of empty bins."""

EXERCISE = "contour.2"
REJECTED_BY = {
    "empty bins": "an empty bin gives log 0: beside one the factor is 1",
}


def multiplier(theta, J, zeta, tau, du):
    rise = theta[J].log() - theta[(J - 1).clamp(min=0)].log()
    return 1 + zeta * tau * rise / du
