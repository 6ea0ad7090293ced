"""Lets torch take the steps."""

import torch

EXERCISE = "nimble.3"


def size_path(lr, steps, start, target, betas=(0.9, 0.999)):
    N = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64))
    adam, path = torch.optim.Adam([N], lr=lr, betas=betas), [start]
    for _ in range(steps):
        N.grad = 2 * (N.detach() - target)
        adam.step()
        path.append(N.item())
    return path
