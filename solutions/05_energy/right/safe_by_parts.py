"""Adds the excess over the border."""

import math

EXERCISE = "energy.4"


def safe_loss(g_pos, g_prior, tau, states):
    c = math.log(states)
    v = g_prior - tau[:, None]
    over = (v - c).clamp(min=0)
    return tau - g_pos + ((v - over).exp() - 1 + states * over).mean(1)
