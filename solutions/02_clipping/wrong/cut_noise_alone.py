"""Cuts the noise, and averages what is left."""

EXERCISE = "clipping.4"
REJECTED_BY = {
    "symmetric noise, far away": "this is tau itself: x may rest far beyond, only x + noise is cut",
    "a very small tau": "this is tau itself: x may rest far beyond, only x + noise is cut",
    "five numbers": "the cut acts on x + noise, so it moves with x: you cut the noise alone",
    "one-sided noise": "the cut acts on x + noise, so it moves with x: you cut the noise alone",
}


def resting_place(noise, tau):
    return -float(noise.clamp(-tau, tau).mean())
