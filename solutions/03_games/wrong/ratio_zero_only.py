"""Refuses zero friction and lets negative friction through."""

EXERCISE = "games.1"
REJECTED_BY = {
    "no friction is refused": "r below zero feeds the game instead of damping it: refuse it too",
}


def best_ratio(p, r):
    if r == 0:
        raise ValueError("r must be > 0, got 0")
    return 4 * p**2 / r**2
