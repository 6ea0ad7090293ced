"""Chooses the rates on the seeds that judge."""

import torch

EXERCISE = "nimble.6"
REJECTED_BY = {
    "the same tuning for every arm": (
        "`looking` was never used: the rate was chosen on the seeds that judge"
    ),
    "fresh seeds judge": "static tried 4 rates on the judging seeds: its winner is luck",
    "no run twice": (
        "more runs than needed: each arm's rates on `looking`, then one rate on `judging`"
    ),
}


def fits(run, arm, lr, seeds):
    return torch.tensor([float(run(arm, lr, seed) < 0.01) for seed in seeds]).double()


def interval(d, error):
    mid = float(d.mean())
    return (mid - 1.96 * float(error), mid, mid + 1.96 * float(error))


def compare(run, lrs, looking, judging):
    chosen, hits = {}, {}
    for arm in ("static", "learnt", "ramp"):
        often = [float(fits(run, arm, lr, judging).sum()) for lr in lrs]
        chosen[arm] = lrs[often.index(max(often))]
        hits[arm] = fits(run, arm, chosen[arm], judging)
    result = {"lr": chosen}
    for other in ("static", "ramp"):
        d = hits["learnt"] - hits[other]
        result[other] = interval(d, d.std() / len(d) ** 0.5)
    return result
