"""Returns the true masses."""

import torch

EXERCISE = "contour.6"
REJECTED_BY = {
    "the upper edge": "these are the true masses: a rounded weight does not rest there",
    "the lower edge": "these are the true masses: a rounded weight does not rest there",
    "fully flat": "these are the true masses: a rounded weight does not rest there",
}


def resting_masses(p, J, s, zeta, edge):
    return torch.bincount(J, weights=p)
