"""One stream of letters for all arms, and the pilot again."""

EXERCISE = "entangled.5"
REJECTED_BY = {
    "arms share weights and letters":
        "the arms read different letters: the difference is luck, not the method",
    "the pilot's seeds are spent": "these seeds have been looked at: a verdict needs fresh ones",
}


def trial(train, arms, seeds, pilot):
    letters = iter(range(50_000, 60_000))
    fresh = seeds
    losses = {arm: [train(arm, s, next(letters)) for s in fresh] for arm in arms}
    kept = [i for i, s in enumerate(fresh) if s not in pilot]
    return {arm: [losses["plain"][i] - losses[arm][i] for i in range(len(fresh))]
            for arm in arms[1:] if len(kept) <= len(fresh)}
