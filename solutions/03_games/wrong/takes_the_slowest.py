"""Takes the largest count for the best."""

EXERCISE = "games.5"
REJECTED_BY = {
    "units that suit": "with this pair the players leave: inf is no number of steps to be proud of",
    "y in small units": (
        "with this pair the players leave: inf is no number of steps to be proud of"
    ),
    "y in large units": (
        "with this pair the players leave: inf is no number of steps to be proud of"
    ),
    "a payoff in other units": (
        "with this pair the players leave: inf is no number of steps to be proud of"
    ),
}


def tune(trial):
    pairs = [(10.0**a, 10.0**b) for a in range(-4, 4) for b in range(-3, 4)]
    return max(pairs, key=lambda pair: trial(*pair))
