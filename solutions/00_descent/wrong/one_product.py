"""Takes one product and stops, whatever steps says."""

EXERCISE = "descent.5"
REJECTED_BY = {
    "a straight bowl": "you stop too early: one product still mixes all directions",
    "a steep bowl": "you stop too early: one product still mixes all directions",
    "the sign": "you stop too early: one product still mixes all directions",
    "a tilted bowl": "you stop too early: one product still mixes all directions",
    "u as a matrix": "you stop too early: one product still mixes all directions",
}


def sharpness(hvp, u, *, steps):
    if float(u.norm()) == 0:
        raise ValueError("u must not be zero")
    u = u / u.norm()
    return float((u * hvp(u)).sum())
