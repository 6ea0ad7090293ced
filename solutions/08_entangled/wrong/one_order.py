"""Every seed reads the same letters."""

EXERCISE = "entangled.5"
REJECTED_BY = {
    "seeds differ": "all seeds share their letters: then the interval knows nothing of that luck",
}


def trial(train, arms, seeds, pilot):
    fresh = [s for s in seeds if s not in pilot]
    losses = {arm: [train(arm, s, 0) for s in fresh] for arm in arms}
    return {arm: [p - x for p, x in zip(losses["plain"], losses[arm], strict=True)]
            for arm in arms[1:]}
