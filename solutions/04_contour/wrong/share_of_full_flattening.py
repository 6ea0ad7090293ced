"""Forgets zeta in the share."""

EXERCISE = "contour.3"
REJECTED_BY = {
    "not flattened": "zeta is forgotten in the share",
    "two equal modes": "zeta is forgotten in the share",
    "a lopsided target": "zeta is forgotten in the share",
    "any constant": "zeta is forgotten in the share",
}


def flat_mean_and_share(log_p, x, log_psi, zeta):
    p, q = log_p.softmax(0), (log_p - zeta * log_psi).softmax(0)
    full = (log_p - log_psi).softmax(0)
    return float(q @ x), float(1 / (p * p / full).sum())
