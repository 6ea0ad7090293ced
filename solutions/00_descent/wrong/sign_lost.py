"""Returns the length of H u, which has no sign."""

EXERCISE = "descent.5"
REJECTED_BY = {
    "the sign": "largest in size, with its sign: a norm has none, u·Hu has",
}


def sharpness(hvp, u, *, steps):
    if float(u.norm()) == 0:
        raise ValueError("u must not be zero")
    for _ in range(steps):
        u = u / u.norm()
        u = hvp(u)
    return float(u.norm())
