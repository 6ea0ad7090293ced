"""Stays at half the largest cross term."""

import math

EXERCISE = "games.4"
REJECTED_BY = {
    "x feels nothing": "half the border keeps the energy positive, but proves less than is true",
    "both feel friction": "half the border keeps the energy positive, but proves less than is true",
    "x feels more": "half the border keeps the energy positive, but proves less than is true",
    "p below zero": "half the border keeps the energy positive, but proves less than is true",
    "the energy falls evenly": (
        "log E is not straight: somewhere E falls slower than the rate allows"
    ),
}


def best_eps(q, p, r, eta):
    return 0.5 / (abs(p) * math.sqrt(eta))
