"""Searches for the cross term that proves the largest rate."""

import torch

EXERCISE = "games.4"


def proved(eps, q, p, r, eta):
    """Give half the least eigenvalue of (HM + M'H, H), H and M being 2 by 2."""
    M = torch.tensor([[q, p], [-eta * p, eta * r]], dtype=torch.float64)
    H = torch.tensor([[1, -eps * p], [-eps * p, 1 / eta]], dtype=torch.float64)
    return float(torch.linalg.eigvals(torch.linalg.solve(H, H @ M + M.T @ H)).real.min()) / 2


def best_eps(q, p, r, eta):
    high = 0.999999 / (abs(p) * eta**0.5)
    low = -high
    for _ in range(40):
        a, b = low + 0.382 * (high - low), low + 0.618 * (high - low)
        if proved(a, q, p, r, eta) < proved(b, q, p, r, eta):
            low = a
        else:
            high = b
    return (low + high) / 2
