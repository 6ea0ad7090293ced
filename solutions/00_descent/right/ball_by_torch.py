"""Lets torch.optim.SGD do the work."""

import torch

EXERCISE = "descent.2"


def heavy_ball(grad, x0, *, lr, momentum, steps):
    x = torch.nn.Parameter(x0.clone())
    optimizer = torch.optim.SGD([x], lr=lr, momentum=momentum)
    path = [x0.clone()]
    for _ in range(steps):
        x.grad = grad(x.detach().clone())
        optimizer.step()
        path.append(x.detach().clone())
    return torch.stack(path)
