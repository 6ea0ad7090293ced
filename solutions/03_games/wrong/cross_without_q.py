"""Forgets the friction of x."""

EXERCISE = "games.4"
REJECTED_BY = {
    "both feel friction": "x's own friction is forgotten: with q the answer changes",
    "x feels more": "x's own friction is forgotten: with q the answer changes",
    "the energy falls evenly": (
        "log E is not straight: somewhere E falls slower than the rate allows"
    ),
}


def best_eps(q, p, r, eta):
    return r / (2 * p**2)
