"""The band of the mean logarithm, turned over."""

import torch

EXERCISE = "clipping.5"


def tail_index(x, k):
    if k >= len(x) or k < 1:
        raise ValueError(f"k must be >= 1 and < {len(x)}, got {k}")
    top = torch.topk(x.abs(), k + 1).values.log()
    mean = float((top[:-1] - top[-1]).mean())
    return 1 / mean, 1 / (mean * (1 + 1.645 / k**0.5)), 1 / (mean * max(1 - 1.645 / k**0.5, 0.01))
