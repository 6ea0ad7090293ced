"""Sums over states instead of averaging."""

from torch.nn.functional import softplus

EXERCISE = "energy.1"
REJECTED_BY = {
    "no scores":
        "normalise by the prior: each of the 2^k states weighs 2^-k, so log 2 goes off per switch",
    "one switch":
        "normalise by the prior: each of the 2^k states weighs 2^-k, so log 2 goes off per switch",
    "some switches":
        "normalise by the prior: each of the 2^k states weighs 2^-k, so log 2 goes off per switch",
    "huge scores":
        "normalise by the prior: each of the 2^k states weighs 2^-k, so log 2 goes off per switch",
}


def log_partition_unary(u):
    return softplus(u).sum(-1)
