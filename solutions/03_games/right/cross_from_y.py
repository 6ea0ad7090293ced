"""Solves the equation of y² instead."""

EXERCISE = "games.4"


def best_eps(q, p, r, eta):
    rate = (q + eta * r) / 2
    return (r - rate / eta) / p**2
