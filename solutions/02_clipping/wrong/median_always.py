"""Takes the median for every threshold."""

EXERCISE = "clipping.4"
REJECTED_BY = {
    "a very large tau": "the median is the limit of a very small tau only",
    "five numbers": "the median is the limit of a very small tau only",
    "one-sided noise": "the median is the limit of a very small tau only",
}


def resting_place(noise, tau):
    return -float(noise.median())
