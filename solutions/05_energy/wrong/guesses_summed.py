"""Sums over guesses."""

EXERCISE = "energy.2"
REJECTED_BY = {
    "tau a little off": "guesses are averaged, not summed",
    "sparsemax": "guesses are averaged, not summed",
    "the price of mass": "guesses are averaged, not summed",
}


def joint_loss(g_pos, g_prior, tau, link):
    v = g_prior - tau[:, None]
    terms = v.exp() - 1 if link == "logistic" else (v.clamp(min=0) ** 2 + 1) / 2
    return tau + terms.sum(-1) - g_pos
