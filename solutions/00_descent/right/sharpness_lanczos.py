"""Lanczos: the same products, a better use of them."""

import torch

EXERCISE = "descent.5"


def sharpness(hvp, u, *, steps):
    shape, q = u.shape, u.flatten()
    if float(q.norm()) == 0:
        raise ValueError("u must not be zero")
    basis, table = [], []
    for _ in range(min(steps, u.numel())):
        for b in basis + basis:
            q = q - (b @ q) * b
        if float(q.norm()) < 1e-12 * float(u.norm()):
            break
        basis.append(q / q.norm())
        table.append(hvp(basis[-1].reshape(shape)).flatten())
        q = table[-1]
    small = torch.stack(basis) @ torch.stack(table).T
    values = torch.linalg.eigvalsh((small + small.T) / 2)
    return float(values[values.abs().argmax()])
