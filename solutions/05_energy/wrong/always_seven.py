"""Takes the number of the chapter."""

EXERCISE = "energy.6"
REJECTED_BY = {
    "a wavy curve": "too few bumps: the curve is stiffer than the truth",
    "an experiment": "nothing was measured: the best K differs from curve to curve",
}


def choose(measure, budget):
    return budget // 60, 7
