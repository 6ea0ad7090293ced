"""Divides before it asks: nan at the optimum."""

EXERCISE = "clipping.1"
REJECTED_BY = {
    "zero and infinity": "0 / 0 is nan: where the gradient is zero it stays zero",
}


def clip_norm(g, tau):
    if not tau > 0:
        raise ValueError(f"tau must be > 0, got {tau}")
    return g / g.norm() * min(float(g.norm()), tau)
