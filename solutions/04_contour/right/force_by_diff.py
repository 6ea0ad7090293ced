"""All bins at once, then the ones that were asked."""

import torch

EXERCISE = "contour.2"


def multiplier(theta, J, zeta, tau, du):
    rise = torch.cat([torch.zeros(1, dtype=theta.dtype), theta.log().diff()])
    return 1 + zeta * tau / du * torch.nan_to_num(rise, nan=0.0, posinf=0.0, neginf=0.0)[J]
