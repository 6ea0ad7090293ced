"""Lets the columns sum to one."""

EXERCISE = "entangled.4"
REJECTED_BY = {
    "seven letters": "softmax goes along a row: each row sums to one",
    "a gradient that all letters share": "softmax goes along a row: each row sums to one",
    "the other sign": "softmax goes along a row: each row sums to one",
}


def mapped_gradient(G, C, lam):
    Z = C - C.mean(1, keepdim=True)
    Z = Z / Z.square().mean(1, keepdim=True).sqrt()
    A = (Z @ Z.T / C.shape[1] ** 0.5).softmax(0)
    return G + lam * (A @ G - G)
