"""Returns the mean of the squared ratio."""

EXERCISE = "contour.3"
REJECTED_BY = {
    "two equal modes": "this is E (p/q)²: the share is one over it",
    "a lopsided target": "this is E (p/q)²: the share is one over it",
    "any constant": "this is E (p/q)²: the share is one over it",
}


def flat_mean_and_share(log_p, x, log_psi, zeta):
    p, q = log_p.softmax(0), (log_p - zeta * log_psi).softmax(0)
    return float(q @ x), float((p * p / q).sum())
