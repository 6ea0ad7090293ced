"""Forgets tau in the exponent."""

EXERCISE = "energy.3"
REJECTED_BY = {
    "one step": "tau is missing in the exponent: the mass depends on it",
    "many steps": "tau is missing in the exponent: the mass depends on it",
    "it ends on the sum": "tau is missing in the exponent: the mass depends on it",
}


def learn_tau(guess, tau, lr, steps):
    for _ in range(steps):
        tau = tau - lr * (1 - float(guess().exp().mean()))
    return tau
