"""Lets numpy draw the lines."""

import numpy as np
import torch

EXERCISE = "contour.4"


def weight(theta, u, u0, du, zeta):
    edges = u0 + du * np.arange(1, len(theta) + 1)
    return torch.tensor(np.exp(zeta * np.interp(u.numpy(), edges, np.log(theta.numpy()))))
