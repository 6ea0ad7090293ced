"""Answers a game without friction with infinity."""

import math

EXERCISE = "games.1"
REJECTED_BY = {
    "no friction is refused": (
        "without friction every ratio circles for ever: refuse r = 0 with a ValueError"
    ),
}


def best_ratio(p, r):
    if r == 0:
        return math.inf
    return 4 * p**2 / r**2
