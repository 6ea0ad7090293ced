"""Turns the strangers' sign."""

import torch

EXERCISE = "contrastive.5"
REJECTED_BY = {
    "an open angle": ("the signs: a wider pair costs more (+), a farther stranger less (−)"),
    "another power": ("the signs: a wider pair costs more (+), a farther stranger less (−)"),
    "a twin": ("the signs: a wider pair costs more (+), a farther stranger less (−)"),
    "a pair that has closed": (
        "the signs: a wider pair costs more (+), a farther stranger less (−)"
    ),
}


def angle_gradients(theta_pos, theta_neg, alpha):
    theta = torch.cat([torch.tensor([theta_pos], dtype=theta_neg.dtype), theta_neg])
    shares = torch.softmax(-2 * alpha * torch.log(torch.tan(theta / 2)), dim=0)
    slopes = 2 * alpha / torch.sin(theta)
    return float(shares[1:].sum() * slopes[0]), shares[1:] * slopes[1:]
