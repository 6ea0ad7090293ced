"""Leaves the power out of the slope."""

import torch

EXERCISE = "contrastive.5"
REJECTED_BY = {
    "another power": ("alpha is missing in the slope: it is 2 α / sin θ"),
}


def angle_gradients(theta_pos, theta_neg, alpha):
    theta = torch.cat([torch.tensor([theta_pos], dtype=theta_neg.dtype), theta_neg])
    shares = torch.softmax(-2 * alpha * torch.log(torch.tan(theta / 2)), dim=0)
    slopes = 2 / torch.sin(theta)
    return float(shares[1:].sum() * slopes[0]), -shares[1:] * slopes[1:]
