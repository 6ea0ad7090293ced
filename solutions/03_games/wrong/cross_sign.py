"""Turns the sign of the cross term."""

EXERCISE = "games.4"
REJECTED_BY = {
    "x feels nothing": "the sign: in (3.5) the cross term is taken off, - eps x p y",
    "both feel friction": "the sign: in (3.5) the cross term is taken off, - eps x p y",
    "p below zero": "the sign: in (3.5) the cross term is taken off, - eps x p y",
    "x feels more": "the sign: where x feels more friction than eta r, eps is below zero",
    "the energy falls evenly": (
        "log E is not straight: somewhere E falls slower than the rate allows"
    ),
}


def best_eps(q, p, r, eta):
    return (q - eta * r) / (2 * eta * p**2)
