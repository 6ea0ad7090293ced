"""A difference of higher order: five questions."""

EXERCISE = "entangled.6"


def regularised_gradient(grad, h, lam):
    e = 1e-3
    far, near = grad(h + 2 * e * h) - grad(h - 2 * e * h), grad(h + e * h) - grad(h - e * h)
    return (1 + lam) * grad(h) + lam * (8 * near - far) / (12 * e)
