"""Lets E act through h alone."""

EXERCISE = "entangled.6"
REJECTED_BY = {
    "a bowl": "G was held fixed: then E acts through h alone, and H h is missing",
    "a bent loss": "G was held fixed: then E acts through h alone, and H h is missing",
    "read through a norm only":
        "E is zero for every h here, and so is its slope: two terms of the product rule cancel",
}


def regularised_gradient(grad, h, lam):
    G = grad(h)
    return G + lam * G
