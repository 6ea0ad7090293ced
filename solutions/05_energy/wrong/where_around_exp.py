"""Computes what it does not use."""

import math

import torch

EXERCISE = "energy.4"
REJECTED_BY = {
    "who pushes back": "infinity times zero: torch.where still differentiates what it leaves out",
}


def safe_loss(g_pos, g_prior, tau, states):
    v, c = g_prior - tau[:, None], math.log(states)
    terms = torch.where(v > c, states * (1 + v - c), v.exp()) - 1
    return tau + terms.mean(-1) - g_pos
