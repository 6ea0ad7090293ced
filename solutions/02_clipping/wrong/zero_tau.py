"""Refuses tau < 0 and lets 0 pass."""

EXERCISE = "clipping.1"
REJECTED_BY = {
    "a bad tau is refused": "with tau = 0 every gradient becomes zero: refuse 0 as well",
}


def clip_norm(g, tau):
    if tau < 0:
        raise ValueError(f"tau must be > 0, got {tau}")
    return g * (tau / g.norm()).clamp(max=1)
