"""Forgets the root of n."""

import torch

EXERCISE = "nimble.6"
REJECTED_BY = {
    "does growing help": "this is the spread of one run: divide by root n",
    "does learning the size help": "this is the spread of one run: divide by root n",
}


def fits(run, arm, lr, seeds):
    return torch.tensor([float(run(arm, lr, seed) < 0.01) for seed in seeds]).double()


def interval(d, error):
    mid = float(d.mean())
    return (mid - 1.96 * float(error), mid, mid + 1.96 * float(error))


def compare(run, lrs, looking, judging):
    chosen, hits = {}, {}
    for arm in ("static", "learnt", "ramp"):
        often = [float(fits(run, arm, lr, looking).sum()) for lr in lrs]
        chosen[arm] = lrs[often.index(max(often))]
        hits[arm] = fits(run, arm, chosen[arm], judging)
    result = {"lr": chosen}
    for other in ("static", "ramp"):
        d = hits["learnt"] - hits[other]
        result[other] = interval(d, d.std())
    return result
