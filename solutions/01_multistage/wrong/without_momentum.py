"""Gives the floor of plain steps."""

EXERCISE = "multistage.3"
REJECTED_BY = {
    "one curvature": "this is the floor without momentum: A and C hold beta",
    "a hundred curvatures": "this is the floor without momentum: A and C hold beta",
    "a very short step": "this is the floor without momentum: A and C hold beta",
}


def floor(curvatures, lr, mu, noise):
    S = lr**2 * noise**2 / (1 - (1 - lr * curvatures) ** 2)
    return float((curvatures * S).sum() / 2)
