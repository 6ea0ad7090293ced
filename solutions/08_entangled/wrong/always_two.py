"""Uses 1.96 whatever the number of seeds and the level."""

EXERCISE = "entangled.1"
REJECTED_BY = {
    "three seeds": "a normal quantile is for very many seeds: with few, Student's t is wider",
    "twenty seeds": "a normal quantile is for very many seeds: with few, Student's t is wider",
    "another level": "a normal quantile is for very many seeds: with few, Student's t is wider",
}


def paired_interval(a, b, level):
    d = a - b
    m, half = float(d.mean()), float(1.96 * d.std() / len(d) ** 0.5)
    return m, m - half, m + half
