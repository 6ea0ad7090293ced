"""Clamps cosines and lets go of the twin."""

import torch

EXERCISE = "contrastive.5"
REJECTED_BY = {
    "a twin": ("a clamp lets go of a twin: a stranger almost at one's place is pushed hardest"),
    "a pair that has closed": (
        "a clamp lets go of a twin: a stranger almost at one's place is pushed hardest"
    ),
}


def angle_gradients(theta_pos, theta_neg, alpha):
    theta = torch.cat([torch.tensor([theta_pos], dtype=theta_neg.dtype), theta_neg])
    theta = theta.requires_grad_()
    s = theta.cos().clamp(-1 + 1e-6, 1 - 1e-6)
    logits = alpha * (torch.log1p(s) - torch.log1p(-s))
    loss = torch.logsumexp(logits, 0) - logits[0]
    (by,) = torch.autograd.grad(loss, theta)
    return float(by[0]), by[1:]
