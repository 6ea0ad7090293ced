"""As torch's clip_grad_norm_ does, with a tiny number beside the length."""

EXERCISE = "clipping.1"


def clip_norm(g, tau):
    if tau <= 0:
        raise ValueError(f"tau must be > 0, got {tau}")
    factor = tau / ((g**2).sum() ** 0.5 + 1e-6)
    return g * factor if factor < 1 else g.clone()
