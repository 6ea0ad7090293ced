"""Two golden sections on the logarithms, one inside the other."""

import math

EXERCISE = "games.5"


GOLDEN = (math.sqrt(5) - 1) / 2


def lowest(count, low, high, turns):
    near, far = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    a, b = count(near), count(far)
    for _ in range(turns):
        if a <= b:
            high, far, b = far, near, a
            near = high - GOLDEN * (high - low)
            a = count(near)
        else:
            low, near, a = near, far, b
            far = low + GOLDEN * (high - low)
            b = count(far)
    return (a, near) if a <= b else (b, far)


def tune(trial):
    def fit(log_eta):
        return lowest(lambda log_h: trial(math.exp(log_h), math.exp(log_eta)), -12, 9, 12)

    _, log_eta = lowest(lambda log_eta: fit(log_eta)[0], -9.5, 9.5, 9)
    return math.exp(fit(log_eta)[1]), math.exp(log_eta)
