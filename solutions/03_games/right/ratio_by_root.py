"""Goes through the root: critical damping, then squares."""

EXERCISE = "games.1"


def best_ratio(p, r):
    if r <= 0:
        raise ValueError(f"r must be > 0, got {r}")
    root = 2 * p / r
    return root * root
