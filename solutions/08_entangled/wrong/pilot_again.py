"""Uses the seeds of the pilot once more."""

EXERCISE = "entangled.5"
REJECTED_BY = {
    "the pilot's seeds are spent": "these seeds have been looked at: a verdict needs fresh ones",
}


def trial(train, arms, seeds, pilot):
    losses = {arm: [train(arm, s, s) for s in seeds] for arm in arms}
    return {arm: [p - x for p, x in zip(losses["plain"], losses[arm], strict=True)]
            for arm in arms[1:]}
