"""Clamps every entry: the direction turns."""

EXERCISE = "clipping.1"
REJECTED_BY = {
    "a long gradient": (
        "you cut the entries: that turns the direction, the whole gradient shrinks by one factor"
    ),
}


def clip_norm(g, tau):
    if not tau > 0:
        raise ValueError(f"tau must be > 0, got {tau}")
    return g.clamp(-tau, tau)
