"""Asks again for a look."""

EXERCISE = "energy.3"
REJECTED_BY = {
    "one step": "you ask more often than you step: keep guess() in a name",
    "many steps": "you ask more often than you step: keep guess() in a name",
    "fresh guesses": "you ask more often than you step: keep guess() in a name",
}


def learn_tau(guess, tau, lr, steps):
    for _ in range(steps):
        if bool(guess().isfinite().all()):
            tau = tau - lr * (1 - float((guess() - tau).exp().mean()))
    return tau
