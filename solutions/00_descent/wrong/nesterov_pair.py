"""The pair that suits Nesterov's method."""

EXERCISE = "descent.4"
REJECTED_BY = {
    "a round bowl": "this pair suits Nesterov's method: heavy ball takes longer steps",
    "a long valley": "this pair suits Nesterov's method: heavy ball takes longer steps",
}


def tune(curvatures):
    mu, L = float(min(curvatures)), float(max(curvatures))
    root = (L / mu) ** 0.5
    return 1 / L, (root - 1) / (root + 1)
