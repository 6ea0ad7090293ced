"""Takes ratio 1 for every game."""

EXERCISE = "games.1"
REJECTED_BY = {
    "one game": "ratio 1 is best in some games only: it depends on p and r",
    "much friction": "ratio 1 is best in some games only: it depends on p and r",
    "p below zero": "ratio 1 is best in some games only: it depends on p and r",
}


def best_ratio(p, r):
    if not r > 0:
        raise ValueError(f"r must be > 0, got {r}")
    return 1.0
