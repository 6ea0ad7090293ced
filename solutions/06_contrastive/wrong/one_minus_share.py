"""Subtracts the partner's share from 1."""

import torch

EXERCISE = "contrastive.5"
REJECTED_BY = {
    "a pair that has closed": (
        "a clamp lets go of a twin: a stranger almost at one's place is pushed hardest"
    ),
}


def angle_gradients(theta_pos, theta_neg, alpha):
    theta = torch.cat([torch.tensor([theta_pos], dtype=theta_neg.dtype), theta_neg])
    shares = torch.softmax(-2 * alpha * torch.log(torch.tan(theta / 2)), dim=0)
    slopes = 2 * alpha / torch.sin(theta)
    return float((1 - shares[0]) * slopes[0]), -shares[1:] * slopes[1:]
