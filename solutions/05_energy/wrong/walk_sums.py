"""Sums the guesses."""

EXERCISE = "energy.3"
REJECTED_BY = {
    "one step": "guesses are averaged, not summed",
    "many steps": "guesses are averaged, not summed",
    "it ends on the sum": "guesses are averaged, not summed",
}


def learn_tau(guess, tau, lr, steps):
    for _ in range(steps):
        tau = tau - lr * (1 - float((guess() - tau).exp().sum()))
    return tau
