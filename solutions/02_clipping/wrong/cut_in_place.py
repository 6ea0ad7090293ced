"""Writes the cut into the caller's gradient."""

EXERCISE = "clipping.1"
REJECTED_BY = {
    "g is left alone": "your function changed its input; the caller's g moved too",
}


def clip_norm(g, tau):
    if not tau > 0:
        raise ValueError(f"tau must be > 0, got {tau}")
    g *= (tau / g.norm()).clamp(max=1)
    return g
