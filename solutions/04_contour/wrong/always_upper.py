"""Rounds up whatever the edge."""

import torch

EXERCISE = "contour.6"
REJECTED_BY = {
    "the lower edge": "this is where the upper edge rests",
}


def resting_masses(p, J, s, zeta, edge):
    true = torch.bincount(J, weights=p)
    a = true.log()
    for i in range(1, len(true)):
        inside, want = J == i, true[i].log() - a[i - 1]
        share = p[inside] / true[i]
        wrong = zeta * (1 - s[inside])
        low, high = -1e3, 1e3
        for _ in range(80):
            d = (low + high) / 2
            left = d - torch.logsumexp(share.log() + wrong * d, 0)
            low, high = (d, high) if left < want else (low, d)
        a[i] = a[i - 1] + d
    return a.softmax(0)
