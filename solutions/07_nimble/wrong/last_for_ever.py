"""Keeps pulling at the last neuron when all are open."""

EXERCISE = "nimble.2"
REJECTED_BY = {
    "nothing to open": "nothing is opening here: below 0 and above H the pull is 0",
}


def size_gradient(N, h, v, r):
    j = min(max(int(N), 0), len(v) - 1)
    return float(r @ h[:, j] * v[j])
