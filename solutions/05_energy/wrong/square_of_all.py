"""Squares what lies below zero too."""

EXERCISE = "energy.2"
REJECTED_BY = {
    "sparsemax": "below zero sparsemax's f* is flat: max(v, 0) first, then the square",
}


def joint_loss(g_pos, g_prior, tau, link):
    v = g_prior - tau[:, None]
    terms = v.exp() - 1 if link == "logistic" else (v**2 + 1) / 2
    return tau + terms.mean(-1) - g_pos
