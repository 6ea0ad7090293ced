"""Asks once."""

EXERCISE = "energy.3"
REJECTED_BY = {
    "many steps": "you ask once and keep the guesses: every step needs fresh ones",
    "fresh guesses": "you ask once and keep the guesses: every step needs fresh ones",
}


def learn_tau(guess, tau, lr, steps):
    g = guess()
    for _ in range(steps):
        tau = tau - lr * (1 - float((g - tau).exp().mean()))
    return tau
