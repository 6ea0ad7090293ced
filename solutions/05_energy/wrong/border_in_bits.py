"""Takes the border in bits."""

import math

EXERCISE = "energy.4"
REJECTED_BY = {
    "past the border": "the natural logarithm of states is meant",
    "far past it": "the natural logarithm of states is meant",
    "who pushes back": "the natural logarithm of states is meant",
}


def safe_loss(g_pos, g_prior, tau, states):
    v = g_prior - tau[:, None]
    low = v.clamp(max=math.log2(states))
    return tau + (low.exp() * (1 + v - low) - 1).mean(-1) - g_pos
