"""Takes log 2 off once."""

import math

from torch.nn.functional import softplus

EXERCISE = "energy.1"
REJECTED_BY = {
    "no scores": "log 2 goes off once for every switch, not once in all",
    "some switches": "log 2 goes off once for every switch, not once in all",
    "huge scores": "log 2 goes off once for every switch, not once in all",
}


def log_partition_unary(u):
    return softplus(u).sum(-1) - math.log(2)
