"""Takes a positive cross term for granted."""

EXERCISE = "games.4"
REJECTED_BY = {
    "x feels more": "the sign: where x feels more friction than eta r, eps is below zero",
}


def best_eps(q, p, r, eta):
    return abs(eta * r - q) / (2 * eta * p**2)
