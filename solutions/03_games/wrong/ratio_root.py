"""Stops at the square root."""

EXERCISE = "games.1"
REJECTED_BY = {
    "one game": "this is the root of it: (eta r)² = 4 eta p² leaves eta = 4 p² / r²",
    "much friction": "this is the root of it: (eta r)² = 4 eta p² leaves eta = 4 p² / r²",
    "p below zero": "this is the root of it: (eta r)² = 4 eta p² leaves eta = 4 p² / r²",
}


def best_ratio(p, r):
    if not r > 0:
        raise ValueError(f"r must be > 0, got {r}")
    return 2 * abs(p) / r
