"""Tries every pair of a fine grid until it is stopped."""

EXERCISE = "games.5"
REJECTED_BY = {
    "units that suit": "asked the trial more than ten times as often as needed",
    "y in small units": "asked the trial more than ten times as often as needed",
    "y in large units": "asked the trial more than ten times as often as needed",
    "a payoff in other units": "asked the trial more than ten times as often as needed",
    "few trials": "asked the trial more than ten times as often as needed",
}


def tune(trial):
    hs = [10 ** (k / 20) for k in range(-80, 61)]
    etas = [10 ** (k / 20) for k in range(-60, 61)]
    return min((trial(h, eta), h, eta) for h in hs for eta in etas)[1:]
