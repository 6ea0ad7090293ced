"""Moves by lr each step."""

EXERCISE = "nimble.3"
REJECTED_BY = {
    "forty steps": (
        "a straight line: the root of V remembers the large early gradients, so N slows "
        "down"
    ),
    "from above": (
        "a straight line: the root of V remembers the large early gradients, so N slows "
        "down"
    ),
    "other betas": (
        "a straight line: the root of V remembers the large early gradients, so N slows "
        "down"
    ),
}


def size_path(lr, steps, start, target, betas=(0.9, 0.999)):
    path = [start]
    for _ in range(steps):
        path.append(path[-1] + (lr if target > path[-1] else -lr))
    return path
