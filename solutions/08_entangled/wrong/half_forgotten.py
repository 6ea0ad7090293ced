"""Divides the central difference by e."""

EXERCISE = "entangled.6"
REJECTED_BY = {
    "a bowl": "the difference is over 2 e: halve it",
    "a bent loss": "the difference is over 2 e: halve it",
    "read through a norm only":
        "E is zero for every h here, and so is its slope: two terms of the product rule cancel",
}


def regularised_gradient(grad, h, lam):
    e, G = 1e-4, grad(h)
    return G + lam * (G + (grad(h + e * h) - grad(h - e * h)) / e)
