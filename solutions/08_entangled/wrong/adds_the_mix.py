"""Adds the mixed gradient and takes nothing away."""

EXERCISE = "entangled.4"
REJECTED_BY = {
    "two letters": "a constant gradient grows: take G itself away, A - 1",
    "seven letters": "a constant gradient grows: take G itself away, A - 1",
    "a gradient that all letters share": "a constant gradient grows: take G itself away, A - 1",
    "the other sign": "a constant gradient grows: take G itself away, A - 1",
}


def mapped_gradient(G, C, lam):
    Z = C - C.mean(1, keepdim=True)
    Z = Z / Z.square().mean(1, keepdim=True).sqrt()
    A = (Z @ Z.T / C.shape[1] ** 0.5).softmax(1)
    return G + lam * (A @ G)
