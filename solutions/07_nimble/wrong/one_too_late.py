"""Rounds the size up to find the neuron."""

import math

EXERCISE = "nimble.2"
REJECTED_BY = {
    "the first neuron": "one neuron too late: at N = 2.3 neuron 2 is opening, the third from 0",
    "the neuron that opens": (
        "one neuron too late: at N = 2.3 neuron 2 is opening, the third from 0"
    ),
    "a difference quotient": (
        "one neuron too late: at N = 2.3 neuron 2 is opening, the third from 0"
    ),
}


def size_gradient(N, h, v, r):
    if not 0 <= N < len(v):
        return 0.0
    j = math.ceil(N)
    return float((r * h[:, j]).sum() * v[j]) if j < len(v) else 0.0
