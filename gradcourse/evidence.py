"""What a handful of seeds can say: intervals, and the rule that turns one into a word."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy import stats
from torch import Tensor

__all__ = [
    "VERDICTS",
    "Interval",
    "Rule",
    "combine",
    "mean_interval",
    "paired_interval",
    "seeds_needed",
    "success_interval",
    "verdict",
]

VERDICTS = (
    REPRODUCED := "reproduced",
    PARTLY := "partly",
    NOT_REPRODUCED := "not reproduced",
    INCONCLUSIVE := "inconclusive",
    NOT_TESTABLE := "not testable here",
    NOT_JUDGED := "not judged",
)


class Interval(NamedTuple):
    """A measured value with its confidence interval, all in the statistic's unit."""

    low: float  # lower end
    mid: float  # estimate
    high: float  # upper end
    n: int  # how many independent runs stand behind it


@dataclass(frozen=True)
class Rule:
    """What must be measured for a claim to hold, fixed before the run."""

    statistic: str  # what is measured, in words, with its unit
    low: float = -math.inf  # smallest value that agrees with the claim
    high: float = math.inf  # largest value that agrees with the claim
    smallest: str = field(kw_only=True)  # the smallest effect that would matter, in words

    def __post_init__(self):
        if not self.low <= self.high:
            raise ValueError(f"low must be <= high, got {self.low} and {self.high}")
        if math.isinf(self.low) and math.isinf(self.high):
            raise ValueError("a rule needs a finite low or high, or no result could break it")


def mean_interval(values: Tensor | Sequence[float], level: float = 0.95) -> Interval:
    """Estimate a mean from independent runs by Student's t."""
    _check_share("level", level)
    v = np.asarray(values, dtype=float)
    if v.ndim != 1 or len(v) < 2:
        raise ValueError(f"values must be one row of at least 2 numbers, got shape {v.shape}")
    mid = float(v.mean())
    half = float(stats.t.ppf((1 + level) / 2, len(v) - 1) * v.std(ddof=1) / len(v) ** 0.5)
    return Interval(mid - half, mid, mid + half, len(v))


def paired_interval(
    a: Tensor | Sequence[float], b: Tensor | Sequence[float], level: float = 0.95
) -> Interval:
    """Estimate the mean of a - b where run i of both shares its seed."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape:
        raise ValueError(f"a and b must have equal shapes, got {a.shape} and {b.shape}")
    return mean_interval(a - b, level)


def success_interval(k: int, n: int, level: float = 0.95) -> Interval:
    """Estimate a chance from k successes in n independent tries, by Wilson's interval."""
    _check_share("level", level)
    if not 0 <= k <= n or n < 1:
        raise ValueError(f"k must be in [0, n] with n >= 1, got k = {k}, n = {n}")
    ends = stats.binomtest(k, n).proportion_ci(level, method="wilson")
    return Interval(float(ends.low), k / n, float(ends.high), n)


def seeds_needed(sd: float, smallest: float, level: float = 0.95, power: float = 0.8) -> int:
    """Count the runs after which a mean of size `smallest` would be told from zero."""
    _check_share("level", level)
    _check_share("power", power)
    for name, value in (("sd", sd), ("smallest", smallest)):
        if not 0 < value < math.inf:
            raise ValueError(f"{name} must be > 0 and finite, got {value}")
    n = 2
    while _power(n, smallest / sd, level) < power:
        n += 1
    return n


def verdict(interval: Interval, rule: Rule) -> str:
    """Turn an interval into a word, by a rule fixed beforehand."""
    low, mid, high, _ = interval
    if math.isnan(low) or math.isnan(mid) or math.isnan(high):
        return INCONCLUSIVE
    if rule.low <= low and high <= rule.high:
        return REPRODUCED
    if high < rule.low or rule.high < low:
        return NOT_REPRODUCED
    return INCONCLUSIVE


def combine(verdicts: Iterable[str]) -> str:
    """Turn the words of a claim's parts into one word for the whole."""
    words = set(verdicts)
    if not words or words - set(VERDICTS):
        raise ValueError(f"verdicts must be words out of {VERDICTS}, got {sorted(words)}")
    if len(words) == 1:
        return words.pop()
    if NOT_JUDGED in words:
        return NOT_JUDGED
    if PARTLY in words or {REPRODUCED, NOT_REPRODUCED} <= words:
        return PARTLY
    return INCONCLUSIVE


def _power(n: int, effect: float, level: float) -> float:
    """Give the chance that n runs tell a mean of `effect` standard deviations from zero."""
    t, shift = stats.t.ppf((1 + level) / 2, n - 1), effect * n**0.5
    return float(stats.nct.sf(t, n - 1, shift) + stats.nct.cdf(-t, n - 1, shift))


def _check_share(name, value):
    if not 0 < value < 1:
        raise ValueError(f"{name} must be in (0, 1), got {value}")
