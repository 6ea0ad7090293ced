"""Measures each row of a table by itself."""

EXERCISE = "clipping.1"
REJECTED_BY = {
    "a long gradient": "one length for the whole tensor: you took one for each row",
}


def clip_norm(g, tau):
    if not tau > 0:
        raise ValueError(f"tau must be > 0, got {tau}")
    length = g.norm(dim=-1, keepdim=True)
    return g * (tau / length).clamp(max=1)
