"""Newton's method on each bin."""

import torch

EXERCISE = "contour.6"


def resting_masses(p, J, s, zeta, edge):
    true = torch.bincount(J, weights=p)
    wrong = zeta * ((1 - s) if edge == "upper" else -s)
    a = [true[0].log()]
    for i in range(1, len(true)):
        here = J == i
        d = torch.zeros((), dtype=p.dtype)
        for _ in range(40):
            tilt = (p[here] / true[i]).log() + wrong[here] * d
            f = d - torch.logsumexp(tilt, 0) - true[i].log() + a[-1]
            d = d - f / (1 - tilt.softmax(0) @ wrong[here])
        a.append(a[-1] + d)
    return torch.stack(a).softmax(0)
