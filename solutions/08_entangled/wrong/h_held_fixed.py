"""Forgets one term of the product rule."""

EXERCISE = "entangled.6"
REJECTED_BY = {
    "a bowl": "h was held fixed: the product rule has a second term, G itself",
    "a bent loss": "h was held fixed: the product rule has a second term, G itself",
    "read through a norm only": "h was held fixed: the product rule has a second term, G itself",
}


def regularised_gradient(grad, h, lam):
    e = 1e-4
    return grad(h) + lam * (grad(h + e * h) - grad(h - e * h)) / (2 * e)
