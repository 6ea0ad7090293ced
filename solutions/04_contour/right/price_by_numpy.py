"""Shifts by the maximum, in numpy."""

import numpy as np

EXERCISE = "contour.3"


def flat_mean_and_share(log_p, x, log_psi, zeta):
    log_p, log_q = log_p.numpy(), log_p.numpy() - zeta * log_psi.numpy()
    p, q = (np.exp(v - v.max()) for v in (log_p, log_q))
    p, q = p / p.sum(), q / q.sum()
    return (q * x.numpy()).sum(), 1 / (p**2 / q).sum()
