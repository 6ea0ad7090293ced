"""Forgets one term of the product rule."""

EXERCISE = "entangled.6"
REJECTED_BY = {
    "a bowl": "h was held fixed: the product rule has a second term, G itself",
    "a bent loss": "h was held fixed: the product rule has a second term, G itself",
    "read through a norm only":
        "E is zero for every h here, and so is its slope: two terms of the product rule cancel",
}


def regularised_gradient(grad, h, lam):
    e = 1e-4
    return grad(h) + lam * (grad(h + e * h) - grad(h - e * h)) / (2 * e)
