"""Moves the clamp to the border."""

import math

EXERCISE = "energy.4"
REJECTED_BY = {
    "past the border": "a clamp at the border is flat past it: nothing pushes the score down there",
    "far past it": "a clamp at the border is flat past it: nothing pushes the score down there",
    "who pushes back": "a clamp at the border is flat past it: nothing pushes the score down there",
}


def safe_loss(g_pos, g_prior, tau, states):
    v = (g_prior - tau[:, None]).clamp(max=math.log(states))
    return tau + (v.exp() - 1).mean(-1) - g_pos
