"""Sums over all neurons."""

EXERCISE = "nimble.2"
REJECTED_BY = {
    "the first neuron": "you sum over all neurons: whole ones and shut ones do not change with N",
    "the neuron that opens": (
        "you sum over all neurons: whole ones and shut ones do not change with N"
    ),
    "a difference quotient": (
        "you sum over all neurons: whole ones and shut ones do not change with N"
    ),
    "nothing to open": "you sum over all neurons: whole ones and shut ones do not change with N",
}


def size_gradient(N, h, v, r):
    return float((r[:, None] * h * v).sum())
