"""Adds to the caller's gradient."""

EXERCISE = "entangled.4"
REJECTED_BY = {
    "G and C are left alone": "your function changed its input; the caller's G moved too",
}


def mapped_gradient(G, C, lam):
    Z = C - C.mean(1, keepdim=True)
    Z = Z / Z.square().mean(1, keepdim=True).sqrt()
    A = (Z @ Z.T / C.shape[1] ** 0.5).softmax(1)
    G += lam * (A @ G - G)
    return G
