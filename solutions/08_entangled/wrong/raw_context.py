"""Leaves the context as it is."""

EXERCISE = "entangled.4"
REJECTED_BY = {
    "two letters": "normalise the rows of C first",
    "seven letters": "normalise the rows of C first",
    "the other sign": "normalise the rows of C first",
}


def mapped_gradient(G, C, lam):
    A = (C @ C.T / C.shape[1] ** 0.5).softmax(1)
    return G + lam * (A @ G - G)
