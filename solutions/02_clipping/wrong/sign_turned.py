"""Solves for x - noise in place of x + noise."""

EXERCISE = "clipping.4"
REJECTED_BY = {
    "symmetric noise, far away": "the sign is turned: x has to make up for the noise",
    "a very large tau": "the sign is turned: x has to make up for the noise",
    "a very small tau": "the sign is turned: x has to make up for the noise",
    "five numbers": "the sign is turned: x has to make up for the noise",
    "one-sided noise": "the sign is turned: x has to make up for the noise",
}


def resting_place(noise, tau):
    low, high = float(noise.min()), float(noise.max())
    for _ in range(100):
        middle = (low + high) / 2
        if (middle - noise).clamp(-tau, tau).mean() > 0:
            high = middle
        else:
            low = middle
    return low
