"""Stops after three seeds, if all gains have one sign."""

EXERCISE = "entangled.5"
REJECTED_BY = {
    "every fresh seed is run, once an arm":
        "seeds were left out: to stop when it looks good is a look with its own luck",
}


def trial(train, arms, seeds, pilot):
    gains = {arm: [] for arm in arms[1:]}
    for s in (s for s in seeds if s not in pilot):
        plain = train("plain", s, s)
        for arm in gains:
            gains[arm].append(plain - train(arm, s, s))
        one_sign = all(min(row) > 0 or max(row) < 0 for row in gains.values())
        if one_sign and len(gains[arms[1]]) >= 3:
            break
    return gains
