"""Walks a thousand steps and stops, wherever it is."""

EXERCISE = "clipping.4"
REJECTED_BY = {
    "symmetric noise, far away": (
        "not there yet: a step moves at most lr * tau; halve a bracket instead"
    ),
    "a very small tau": "not there yet: a step moves at most lr * tau; halve a bracket instead",
}


def resting_place(noise, tau):
    x = 0.0
    for _ in range(200):
        x -= 0.5 * float((x + noise).clamp(-tau, tau).mean())
    return x
