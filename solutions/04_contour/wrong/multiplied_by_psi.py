"""Multiplies by Psi instead of dividing."""

EXERCISE = "contour.3"
REJECTED_BY = {
    "a lopsided target": "divide by Psi^zeta, not multiply",
    "any constant": "divide by Psi^zeta, not multiply",
}


def flat_mean_and_share(log_p, x, log_psi, zeta):
    p, q = log_p.softmax(0), (log_p + zeta * log_psi).softmax(0)
    return float(q @ x), float(1 / (p * p / q).sum())
