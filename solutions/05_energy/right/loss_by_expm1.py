"""Uses expm1 and relu."""

import torch

EXERCISE = "energy.2"


def joint_loss(g_pos, g_prior, tau, link):
    v = g_prior - tau.unsqueeze(1)
    if link == "sparsemax":
        return tau - g_pos + 0.5 + torch.relu(v).square().mean(1) / 2
    return tau - g_pos + torch.expm1(v).mean(1)
