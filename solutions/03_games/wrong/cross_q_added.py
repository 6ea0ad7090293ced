"""Adds the friction of x."""

EXERCISE = "games.4"
REJECTED_BY = {
    "both feel friction": "q enters with a minus: solve q + eps eta p² = rate",
    "x feels more": "q enters with a minus: solve q + eps eta p² = rate",
    "the energy falls evenly": (
        "log E is not straight: somewhere E falls slower than the rate allows"
    ),
}


def best_eps(q, p, r, eta):
    return (eta * r + q) / (2 * eta * p**2)
