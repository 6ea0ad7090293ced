"""Tunes the step and keeps ratio 1."""

EXERCISE = "games.5"
REJECTED_BY = {
    "y in small units": "you kept ratio 1: that it is best is about units, and here y has others",
    "y in large units": "you kept ratio 1: that it is best is about units, and here y has others",
}


def walk(count, at):
    best = count(at)
    for factor in (8, 2, 1.2, 1.05):
        for way in (factor, 1 / factor):
            while (new := count(at * way)) < best:
                at, best = at * way, new
    return at, best


def tune(trial):
    h, _ = walk(lambda h: trial(h, 1.0), 1e-5)
    return h, 1.0
