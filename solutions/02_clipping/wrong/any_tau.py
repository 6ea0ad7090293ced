"""Takes any tau, a negative one too."""

EXERCISE = "clipping.1"
REJECTED_BY = {
    "a bad tau is refused": "a negative tau must be refused by name, bound and value",
}


def clip_norm(g, tau):
    return g * (tau / g.norm()).clamp(max=1)
