"""Takes the budget for each input."""

EXERCISE = "energy.6"
REJECTED_BY = {
    "the budget": "over the budget: 60 inputs times S guesses",
}


def choose(measure, budget):
    some = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 20)
    errors = {K: sum(measure(budget // 60, K, seed) for seed in range(4)) for K in some}
    return budget, min(errors, key=errors.get)
