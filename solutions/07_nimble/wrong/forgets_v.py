"""Leaves the output weight out."""

EXERCISE = "nimble.2"
REJECTED_BY = {
    "the first neuron": "v is missing: the mask multiplies v_j h_j, not h_j",
    "the neuron that opens": "v is missing: the mask multiplies v_j h_j, not h_j",
    "a difference quotient": "v is missing: the mask multiplies v_j h_j, not h_j",
}


def size_gradient(N, h, v, r):
    if not 0 <= N < len(v):
        return 0.0
    return float(r @ h[:, int(N)])
