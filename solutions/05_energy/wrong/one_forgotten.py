"""Forgets the minus one."""

EXERCISE = "energy.2"
REJECTED_BY = {
    "at the log-partition": "one off: f*(v) is exp(v) - 1, so that at tau = L the loss is L - g",
    "tau a little off": "one off: f*(v) is exp(v) - 1, so that at tau = L the loss is L - g",
    "one guess": "one off: f*(v) is exp(v) - 1, so that at tau = L the loss is L - g",
}


def joint_loss(g_pos, g_prior, tau, link):
    v = g_prior - tau[:, None]
    terms = v.exp() if link == "logistic" else (v.clamp(min=0) ** 2 + 1) / 2
    return tau + terms.mean(-1) - g_pos
