"""The pull is straight between the numbers' corners: find two, draw a line."""

import torch

EXERCISE = "clipping.4"


def pull(x, noise, tau):
    return (x[:, None] + noise).clamp(-tau, tau).mean(dim=1)


def resting_place(noise, tau):
    corners = torch.cat([-noise - tau, -noise + tau]).sort().values
    pulls = pull(corners, noise, tau)
    k = int((pulls > 0).int().argmax())
    a, b, p, q = corners[k - 1], corners[k], pulls[k - 1], pulls[k]
    return float(a - p * (b - a) / (q - p))
