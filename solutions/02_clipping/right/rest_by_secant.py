"""Regula falsi, with a halving in every other turn."""

EXERCISE = "clipping.4"


def resting_place(noise, tau):
    def pull(x):
        return float((noise + x).clamp(-tau, tau).sum())

    a, b = -float(noise.max()) - tau, -float(noise.min()) + tau
    for k in range(200):
        p, q = pull(a), pull(b)
        x = (a * q - b * p) / (q - p) if k % 2 else (a + b) / 2
        if pull(x) == 0:
            return x
        a, b = (x, b) if pull(x) < 0 else (a, x)
        if b - a < 1e-9:
            break
    return (a + b) / 2
