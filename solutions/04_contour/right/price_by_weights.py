"""Takes the share from weights instead of densities: (E w)^2 / E w^2."""

EXERCISE = "contour.3"


def flat_mean_and_share(log_p, x, log_psi, zeta):
    q = (log_p - zeta * log_psi).softmax(0)
    w = (zeta * (log_psi - log_psi.max())).exp()
    return float((q * x).sum()), float((q * w).sum() ** 2 / (q * w * w).sum())
