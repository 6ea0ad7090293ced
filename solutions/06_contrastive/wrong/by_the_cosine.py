"""Differentiates by cosines."""

import torch

EXERCISE = "contrastive.5"
REJECTED_BY = {
    "an open angle": ("this is the gradient by the cosine: times ds/dθ = −sin θ"),
    "another power": ("this is the gradient by the cosine: times ds/dθ = −sin θ"),
    "a twin": ("this is the gradient by the cosine: times ds/dθ = −sin θ"),
    "a pair that has closed": ("this is the gradient by the cosine: times ds/dθ = −sin θ"),
}


def angle_gradients(theta_pos, theta_neg, alpha):
    theta = torch.cat([torch.tensor([theta_pos], dtype=theta_neg.dtype), theta_neg])
    shares = torch.softmax(-2 * alpha * torch.log(torch.tan(theta / 2)), dim=0)
    slopes = 2 * alpha / torch.sin(theta) ** 2
    return -float(shares[1:].sum() * slopes[0]), shares[1:] * slopes[1:]
