"""Goes through the seeds, and through the arms within each."""

EXERCISE = "entangled.5"


def trial(train, arms, seeds, pilot):
    spent, gains = set(pilot), {arm: [] for arm in arms[1:]}
    for s in seeds:
        if s not in spent:
            losses = {arm: train(arm, start=s, order=s) for arm in arms}
            for arm, row in gains.items():
                row.append(losses["plain"] - losses[arm])
    return gains
