"""Forgets the squares."""

EXERCISE = "games.1"
REJECTED_BY = {
    "one game": "square both: p and r each enter twice",
    "much friction": "square both: p and r each enter twice",
    "p below zero": "square both: p and r each enter twice",
}


def best_ratio(p, r):
    if not r > 0:
        raise ValueError(f"r must be > 0, got {r}")
    return 4 * p / r
