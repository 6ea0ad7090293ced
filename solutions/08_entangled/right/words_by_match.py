"""Names the four truths first."""

EXERCISE = "entangled.2"


def weigh(gain, cause, delta):
    (low, high), (added_low, added_high) = gain, cause
    if high < delta:
        return "harm" if high < 0 else "too small to matter"
    if low < delta or added_low < delta <= added_high:
        return "inconclusive"
    return f"benefit, {'other' if added_high < delta else 'this'} cause"
