"""Lets torch find the slope."""

import torch

EXERCISE = "energy.3"


def learn_tau(guess, tau, lr, steps):
    tau = torch.tensor(tau, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([tau], lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        (tau + torch.expm1(guess() - tau).mean()).backward()
        optimizer.step()
    return tau.item()
