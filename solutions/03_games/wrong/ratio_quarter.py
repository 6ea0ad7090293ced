"""Balances the two forces and forgets the discriminant."""

EXERCISE = "games.1"
REJECTED_BY = {
    "one game": "a quarter of it: two eigenvalues meet where (eta r)² = 4 eta p²",
    "much friction": "a quarter of it: two eigenvalues meet where (eta r)² = 4 eta p²",
    "p below zero": "a quarter of it: two eigenvalues meet where (eta r)² = 4 eta p²",
}


def best_ratio(p, r):
    if not r > 0:
        raise ValueError(f"r must be > 0, got {r}")
    return p**2 / r**2
