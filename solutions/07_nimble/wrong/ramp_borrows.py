"""Gives the ramp the rate of the learnt arm."""

import torch

EXERCISE = "nimble.6"
REJECTED_BY = {
    "the same tuning for every arm": "ramp got fewer rates than the others: tune every arm or none",
    "the chosen rates": "not the rate that fits most often on `looking` (the first of equals)",
    "does learning the size help": "ramp ran at the rate of learnt: tune it for itself",
}


def fits(run, arm, lr, seeds):
    return torch.tensor([float(run(arm, lr, seed) < 0.01) for seed in seeds]).double()


def interval(d, error):
    mid = float(d.mean())
    return (mid - 1.96 * float(error), mid, mid + 1.96 * float(error))


def compare(run, lrs, looking, judging):
    chosen, hits = {}, {}
    for arm in ("static", "learnt", "ramp"):
        if arm == "ramp":
            chosen[arm] = chosen["learnt"]
        else:
            often = [float(fits(run, arm, lr, looking).sum()) for lr in lrs]
            chosen[arm] = lrs[often.index(max(often))]
        hits[arm] = fits(run, arm, chosen[arm], judging)
    result = {"lr": chosen}
    for other in ("static", "ramp"):
        d = hits["learnt"] - hits[other]
        result[other] = interval(d, d.std() / len(d) ** 0.5)
    return result
