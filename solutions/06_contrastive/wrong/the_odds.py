"""Forgets the logarithm."""

EXERCISE = "contrastive.1"
REJECTED_BY = {
    "some cosines": ("these are the odds: take their logarithm"),
    "another power": ("these are the odds: take their logarithm"),
    "the poles": ("these are the odds: take their logarithm"),
    "another eps": ("these are the odds: take their logarithm"),
}


def log_odds(s, alpha=1.0, eps=1e-6):
    s = s.clamp(-1 + eps, 1 - eps)
    return ((1 + s) / (1 - s)) ** alpha
