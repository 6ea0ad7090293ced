"""Keeps the logarithm of the likelihood."""

EXERCISE = "energy.2"
REJECTED_BY = {
    "tau a little off": "the logarithm of an average: put guesses under a plain mean instead",
    "one guess": "the logarithm of an average: put guesses under a plain mean instead",
    "the price of mass": "tau has no effect: after the logarithm of an average it cancels",
}


def joint_loss(g_pos, g_prior, tau, link):
    v = g_prior - tau[:, None]
    if link == "logistic":
        return tau + v.exp().mean(-1).log() - g_pos
    return tau + ((v.clamp(min=0) ** 2 + 1) / 2).mean(-1) - g_pos
