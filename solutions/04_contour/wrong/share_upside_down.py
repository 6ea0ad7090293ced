"""Sums q squared over p."""

EXERCISE = "contour.3"
REJECTED_BY = {
    "two equal modes": "upside down: p² / q is summed, not q² / p",
    "a lopsided target": "upside down: p² / q is summed, not q² / p",
    "any constant": "upside down: p² / q is summed, not q² / p",
}


def flat_mean_and_share(log_p, x, log_psi, zeta):
    p, q = log_p.softmax(0), (log_p - zeta * log_psi).softmax(0)
    return float(q @ x), float((q * q / p).sum())
