"""Turns the fraction round."""

EXERCISE = "games.1"
REJECTED_BY = {
    "one game": "upside down: more friction wants a slower y, more coupling a faster",
    "much friction": "upside down: more friction wants a slower y, more coupling a faster",
    "p below zero": "upside down: more friction wants a slower y, more coupling a faster",
}


def best_ratio(p, r):
    if not r > 0:
        raise ValueError(f"r must be > 0, got {r}")
    return 4 * r**2 / p**2
