"""Lets scipy find each root."""

import numpy as np
import torch
from scipy.optimize import brentq

EXERCISE = "contour.6"


def resting_masses(p, J, s, zeta, edge):
    p, J, s = p.numpy(), J.numpy(), s.numpy()
    wrong = zeta * (1 - s) if edge == "upper" else -zeta * s
    a = []
    for i in range(J.max() + 1):
        here = J == i
        mass = p[here].sum()
        if not a:
            a.append(np.log(mass))
            continue
        share, lean = p[here] / mass, wrong[here]

        def left(d, share=share, lean=lean, want=np.log(mass) - a[-1]):
            top = (lean * d).max()
            return d - top - np.log((share * np.exp(lean * d - top)).sum()) - want

        a.append(a[-1] + brentq(left, -900, 900, xtol=1e-13))
    return torch.tensor(a).softmax(0)
