"""Loses eta under the fraction."""

EXERCISE = "games.4"
REJECTED_BY = {
    "x feels nothing": "eta is missing below: y² stands over 2 eta in the energy",
    "both feel friction": "eta is missing below: y² stands over 2 eta in the energy",
    "x feels more": "eta is missing below: y² stands over 2 eta in the energy",
    "p below zero": "eta is missing below: y² stands over 2 eta in the energy",
    "the energy falls evenly": (
        "log E is not straight: somewhere E falls slower than the rate allows"
    ),
}


def best_eps(q, p, r, eta):
    return (eta * r - q) / (2 * p**2)
