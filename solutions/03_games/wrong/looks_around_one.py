"""Tries ratios between 1/3 and 3 only."""

EXERCISE = "games.5"
REJECTED_BY = {
    "y in small units": (
        "another pair is far better: try ratios further away, each with a step of its own"
    ),
    "y in large units": (
        "another pair is far better: try ratios further away, each with a step of its own"
    ),
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
        h, steps = walk(lambda h: trial(h, eta), 1e-4)
        return steps, h, eta

    return min(fit(1.25**k) for k in range(-5, 6))[1:]
