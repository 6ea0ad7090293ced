"""Takes exp of log-densities as they come."""

EXERCISE = "contour.3"
REJECTED_BY = {
    "any constant": "a sum is not normalised, or too large for exp: use softmax",
}


def flat_mean_and_share(log_p, x, log_psi, zeta):
    p, q = log_p.exp(), (log_p - zeta * log_psi).exp()
    p, q = p / p.sum(), q / q.sum()
    return float((q * x).sum()), float(1 / (p * p / q).sum())
