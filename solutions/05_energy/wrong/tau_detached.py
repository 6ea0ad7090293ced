"""Lets tau learn from its price alone."""

EXERCISE = "energy.2"
REJECTED_BY = {
    "the price of mass": "tau inside f* does not learn: no detach there",
}


def joint_loss(g_pos, g_prior, tau, link):
    v = g_prior - tau.detach()[:, None]
    terms = v.exp() - 1 if link == "logistic" else (v.clamp(min=0) ** 2 + 1) / 2
    return tau + terms.mean(-1) - g_pos
