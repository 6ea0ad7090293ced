"""Steps towards the logarithm of an average."""

EXERCISE = "energy.3"
REJECTED_BY = {
    "one step": "the logarithm of an average is in your step: it ends too low, whatever lr",
    "many steps": "the logarithm of an average is in your step: it ends too low, whatever lr",
}


def learn_tau(guess, tau, lr, steps):
    for _ in range(steps):
        tau = tau - lr * (tau - float(guess().exp().mean().log()))
    return tau
