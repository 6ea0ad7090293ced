"""Pays for mass with the wrong sign."""

EXERCISE = "energy.2"
REJECTED_BY = {
    "at the log-partition": "minus tau: mass has a price, so tau is added, and too low costs most",
    "tau a little off": "minus tau: mass has a price, so tau is added, and too low costs most",
    "one guess": "minus tau: mass has a price, so tau is added, and too low costs most",
    "sparsemax": "minus tau: mass has a price, so tau is added, and too low costs most",
    "the price of mass": "the slope in tau is 1 minus the mass, yours is minus 1 minus the mass",
}


def joint_loss(g_pos, g_prior, tau, link):
    v = g_prior - tau[:, None]
    terms = v.exp() - 1 if link == "logistic" else (v.clamp(min=0) ** 2 + 1) / 2
    return -tau + terms.mean(-1) - g_pos
