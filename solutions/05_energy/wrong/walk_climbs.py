"""Goes up."""

EXERCISE = "energy.3"
REJECTED_BY = {
    "one step": "you climb: tau goes against the slope 1 - mass",
    "many steps": "you climb: tau goes against the slope 1 - mass",
    "it ends on the sum": "you climb: tau goes against the slope 1 - mass",
}


def learn_tau(guess, tau, lr, steps):
    for _ in range(steps):
        tau = tau + lr * (1 - float((guess() - tau).exp().mean()))
    return tau
