"""Keeps the clamp at 20."""

EXERCISE = "energy.4"
REJECTED_BY = {
    "past the border":
        "still a clamp at 20: past it nothing pushes the score down, and the loss falls for ever",
    "far past it":
        "still a clamp at 20: past it nothing pushes the score down, and the loss falls for ever",
    "who pushes back":
        "still a clamp at 20: past it nothing pushes the score down, and the loss falls for ever",
}


def safe_loss(g_pos, g_prior, tau, states):
    v = (g_prior - tau[:, None]).clamp(max=20)
    return tau + (v.exp() - 1).mean(-1) - g_pos
