"""Gives each input a bump of its own."""

EXERCISE = "energy.6"
REJECTED_BY = {
    "a smooth curve": "too many bumps: they follow the noise",
    "few guesses": "too many bumps: they follow the noise",
    "a wavy curve": "too many bumps: they follow the noise",
    "an experiment": "nothing was measured: the best K differs from curve to curve",
}


def choose(measure, budget):
    return budget // 60, 60
