"""Gives the ratio first."""

EXERCISE = "games.5"
REJECTED_BY = {
    "units that suit": "the two are swapped: h comes first, then eta",
    "y in small units": "the two are swapped: h comes first, then eta",
    "y in large units": "the two are swapped: h comes first, then eta",
    "a payoff in other units": "the two are swapped: h comes first, then eta",
}


def walk(count, at):
    best = count(at)
    for factor in (8, 2, 1.2, 1.05):
        for way in (factor, 1 / factor):
            while (new := count(at * way)) < best:
                at, best = at * way, new
    return at, best


def tune(trial):
    def fit(eta):
        return walk(lambda h: trial(h, eta), 1e-4 / (1 + eta))

    eta, _ = walk(lambda eta: fit(eta)[1], 1.0)
    return eta, fit(eta)[0]
