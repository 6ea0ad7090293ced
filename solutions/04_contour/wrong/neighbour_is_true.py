"""Takes the true mass of the bin below for the learnt one."""

import torch

EXERCISE = "contour.6"
REJECTED_BY = {
    "the upper edge": "a_(i-1) is the learnt mass of the bin below, not the true one",
    "the lower edge": "a_(i-1) is the learnt mass of the bin below, not the true one",
    "fully flat": "a_(i-1) is the learnt mass of the bin below, not the true one",
}


def resting_masses(p, J, s, zeta, edge):
    true = torch.bincount(J, weights=p)
    a = true.log()
    for i in range(1, len(true)):
        inside, want = J == i, true[i].log() - true[i - 1].log()
        share = p[inside] / true[i]
        wrong = zeta * (1 - s[inside]) if edge == "upper" else -zeta * s[inside]
        low, high = -1e3, 1e3
        for _ in range(80):
            d = (low + high) / 2
            left = d - torch.logsumexp(share.log() + wrong * d, 0)
            low, high = (d, high) if left < want else (low, d)
        a[i] = true[i - 1].log() + d
    return a.softmax(0)
