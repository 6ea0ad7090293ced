"""Builds the whole matrix of curvatures."""

import torch

EXERCISE = "entangled.6"
REJECTED_BY = {
    "at most five gradients":
        "one difference along h is enough: you went through the coordinates one by one",
}


def regularised_gradient(grad, h, lam):
    e, G = 1e-4, grad(h)
    columns = []
    for i in range(len(h)):
        step = torch.zeros_like(h)
        step[i] = e
        columns.append((grad(h + step) - grad(h - step)) / (2 * e))
    return G + lam * (G + torch.stack(columns, 1) @ h)
