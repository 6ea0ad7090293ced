"""Calls a higher loss a gain."""

EXERCISE = "entangled.5"
REJECTED_BY = {
    "the gains": "a lower loss is a gain: plain's loss minus the arm's",
}


def trial(train, arms, seeds, pilot):
    fresh = [s for s in seeds if s not in pilot]
    losses = {arm: [train(arm, s, s) for s in fresh] for arm in arms}
    return {arm: [x - p for p, x in zip(losses["plain"], losses[arm], strict=True)]
            for arm in arms[1:]}
