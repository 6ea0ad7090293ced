"""Has p once instead of squared."""

EXERCISE = "games.4"
REJECTED_BY = {
    "x feels nothing": "p enters squared: x² meets eps eta p²",
    "both feel friction": "p enters squared: x² meets eps eta p²",
    "x feels more": "p enters squared: x² meets eps eta p²",
    "p below zero": "p enters squared: x² meets eps eta p²",
    "the energy falls evenly": (
        "log E is not straight: somewhere E falls slower than the rate allows"
    ),
}


def best_eps(q, p, r, eta):
    return (eta * r - q) / (2 * eta * p)
