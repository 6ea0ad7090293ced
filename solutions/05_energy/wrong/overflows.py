"""Writes the formula as it stands."""

EXERCISE = "energy.1"
REJECTED_BY = {
    "huge scores": "exp overflows: log(1 + exp u) is softplus(u), which does not",
}


def log_partition_unary(u):
    return ((1 + u.exp()) / 2).log().sum(-1)
