"""Takes the mean over examples once more."""

EXERCISE = "nimble.2"
REJECTED_BY = {
    "the first neuron": "sum over the examples: the 1 / n of a mean is in r already",
    "the neuron that opens": "sum over the examples: the 1 / n of a mean is in r already",
    "a difference quotient": "sum over the examples: the 1 / n of a mean is in r already",
}


def size_gradient(N, h, v, r):
    if not 0 <= N < len(v):
        return 0.0
    return float((r * v[int(N)] * h[:, int(N)]).mean())
