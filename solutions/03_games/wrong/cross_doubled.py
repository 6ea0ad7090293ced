"""Forgets the half of the rate."""

EXERCISE = "games.4"
REJECTED_BY = {
    "x feels nothing": "twice too much: the rate is (q + eta r) / 2, with its half",
    "both feel friction": "twice too much: the rate is (q + eta r) / 2, with its half",
    "x feels more": "twice too much: the rate is (q + eta r) / 2, with its half",
    "p below zero": "twice too much: the rate is (q + eta r) / 2, with its half",
    "the energy falls evenly": (
        "log E is not straight: somewhere E falls slower than the rate allows"
    ),
}


def best_eps(q, p, r, eta):
    return (eta * r - q) / (eta * p**2)
