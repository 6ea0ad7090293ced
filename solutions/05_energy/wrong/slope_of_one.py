"""Continues with slope one."""

import math

EXERCISE = "energy.4"
REJECTED_BY = {
    "past the border": "the tangent at c has the slope exp(c), not 1",
    "far past it": "the tangent at c has the slope exp(c), not 1",
    "who pushes back": "the tangent at c has the slope exp(c), not 1",
}


def safe_loss(g_pos, g_prior, tau, states):
    v = g_prior - tau[:, None]
    low = v.clamp(max=math.log(states))
    return tau + (low.exp() + (v - low) - 1).mean(-1) - g_pos
