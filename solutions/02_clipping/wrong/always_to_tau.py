"""Scales every gradient to tau, short ones too."""

EXERCISE = "clipping.1"
REJECTED_BY = {
    "a short gradient": "short gradients must pass: tau is a ceiling, not a target",
}


def clip_norm(g, tau):
    if not tau > 0:
        raise ValueError(f"tau must be > 0, got {tau}")
    return g * tau / g.norm() if g.norm() > 0 and tau < float("inf") else g.clone()
