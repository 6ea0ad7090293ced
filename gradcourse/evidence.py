"""What a handful of seeds can say: intervals, and the rule that turns one into a word."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy import special
from torch import Tensor

__all__ = ["VERDICTS", "Contrast", "Interval", "Rule", "combine", "contrast", "evidence_table",
           "mean_interval", "paired_interval", "power_of", "seeds_needed", "success_interval",
           "verdict"]

VERDICTS = (
    REPRODUCED := "reproduced",
    PARTLY := "partly",
    NOT_REPRODUCED := "not reproduced",
    INCONCLUSIVE := "inconclusive",
    NOT_TESTABLE := "not testable here",
    NOT_JUDGED := "not judged",
)


class Interval(NamedTuple):
    """A measured value and the range that the seeds leave open, in the statistic's unit."""

    low: float  # lower end
    mid: float  # estimate
    high: float  # upper end
    n: int  # how many independent runs stand behind it


@dataclass(frozen=True)
class Rule:
    """What a measurement must show for a claim to hold, fixed before the run.

    Raises:
        ValueError: unless low <= high, and one of them is finite.

    Example:
        >>> Rule("steps, Nesterov over gradient", high=0.5, smallest="one step in ten").low
        -inf
    """

    statistic: str  # what is measured, with its unit
    low: float = -math.inf  # smallest value that agrees with the claim
    high: float = math.inf  # largest value that agrees with the claim
    smallest: str = field(kw_only=True)  # the smallest effect that would matter

    def __post_init__(self):
        if not self.low <= self.high:
            raise ValueError(f"low must be <= high, got {self.low} and {self.high}")
        if not (math.isfinite(self.low) or math.isfinite(self.high)):
            raise ValueError("low or high must be finite, or no measurement could break the rule")


def mean_interval(values: Tensor | Sequence[float], level: float = 0.95) -> Interval:
    """Estimate a mean from independent runs, by Student's t.

    Args:
        values: one number per run, (n,), n >= 2.
        level: share of such intervals that hold the true mean, in (0, 1).

    Returns:
        The interval, in the unit of values; NaN if a run gave NaN or infinity.

    Raises:
        ValueError: if values are not one row of at least 2, or level is out of range.

    Example:
        >>> low, mid, high, n = mean_interval([1.0, 2.0, 3.0])
        >>> print(f"{low:.3f} {mid:.3f} {high:.3f}")  # 2 -+ 4.303 / sqrt 3
        -0.484 2.000 4.484
    """
    _check_share("level", level)
    v = np.asarray(values, dtype=float)
    if v.ndim != 1 or len(v) < 2:
        raise ValueError(f"values must be one row of at least 2 numbers, got shape {v.shape}")
    if not np.isfinite(v).all():
        return Interval(math.nan, math.nan, math.nan, len(v))
    t = special.stdtrit(len(v) - 1, (1 + level) / 2)
    mid, half = float(v.mean()), float(t * v.std(ddof=1) / math.sqrt(len(v)))
    return Interval(mid - half, mid, mid + half, len(v))


def paired_interval(
    a: Tensor | Sequence[float], b: Tensor | Sequence[float], level: float = 0.95
) -> Interval:
    """Estimate the mean of a - b where run i of both shares its seed.

    Args:
        a: one number per run, (n,), n >= 2.
        b: alike, with the seeds in the same order.
        level: as in `mean_interval`.

    Returns:
        The interval of the difference, in the unit of a and b.

    Raises:
        ValueError: if a and b differ in shape, and as `mean_interval`.

    Example:
        >>> paired_interval([3.0, 5.0, 9.0], [2.0, 4.0, 8.0])
        Interval(low=1.0, mid=1.0, high=1.0, n=3)
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape:
        raise ValueError(f"a and b must have equal shapes, got {a.shape} and {b.shape}")
    return mean_interval(a - b, level)


def success_interval(k: int, n: int, level: float = 0.95) -> Interval:
    """Estimate a chance from k successes in n independent tries, by Wilson's score.

    Args:
        k: successes, 0 to n.
        n: tries, >= 1.
        level: as in `mean_interval`.

    Returns:
        The interval of the chance, within [0, 1]; its middle is k / n.

    Raises:
        ValueError: if k, n or level is out of range.

    Example:
        >>> low, mid, high, n = success_interval(10, 10)
        >>> print(f"{low:.3f} {mid:.3f} {high:.3f}")  # 10 / (10 + 1.96^2) = 0.722
        0.722 1.000 1.000

    Source:
        E. B. Wilson, 1927.
    """
    _check_share("level", level)
    if n < 1:
        raise ValueError(f"n must be >= 1, got {n}")
    if not 0 <= k <= n:
        raise ValueError(f"k must be in [0, {n}], got {k}")
    from scipy import stats  # not at the top: it takes a second to load

    ends = stats.binomtest(k, n).proportion_ci(level, method="wilson")
    return Interval(float(ends.low), k / n, float(ends.high), n)


def seeds_needed(sd: float, smallest: float, level: float = 0.95, power: float = 0.8) -> int:
    """Count the runs it takes to tell a mean of the smallest size that matters from zero.

    Args:
        sd: standard deviation from run to run (of the difference, where runs are paired), > 0.
        smallest: the smallest mean that matters, > 0, same unit.
        level: of the interval that must lie above zero, in (0, 1).
        power: chance that it does when the mean is `smallest`, in (0, 1).

    Returns:
        The number of runs, at least 2, exact by the noncentral t distribution.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> seeds_needed(sd=1.0, smallest=0.5)
        34
    """
    for name, value in (("sd", sd), ("smallest", smallest)):
        if not 0 < value < math.inf:
            raise ValueError(f"{name} must be > 0 and finite, got {value}")
    _check_share("level", level)
    _check_share("power", power)
    few, enough = 1, 2
    while _power(enough, smallest / sd, level) < power:
        few, enough = enough, 2 * enough
    while enough - few > 1:  # few is too few, enough is enough: halve the gap
        n = (few + enough) // 2
        few, enough = (n, enough) if _power(n, smallest / sd, level) < power else (few, n)
    return enough


def verdict(interval: Interval, rule: Rule) -> str:
    """Turn an interval into a word, by a rule that was fixed beforehand.

    Args:
        interval: what was measured.
        rule: the range that agrees with the claim, ends included.

    Returns:
        "reproduced" if the whole interval lies in the range, "not reproduced" if all of it lies
        outside, on one side, else "inconclusive"; so is an interval with NaN.

    Example:
        >>> rule = Rule("ratio", low=1.0, smallest="0.1")
        >>> [verdict(Interval(low, low + 1, low + 2, 5), rule) for low in (1.0, 0.0, -3.0)]
        ['reproduced', 'inconclusive', 'not reproduced']
    """
    low, mid, high, _ = interval
    if any(math.isnan(end) for end in (low, mid, high)):
        return INCONCLUSIVE
    if rule.low <= low and high <= rule.high:
        return REPRODUCED
    if high < rule.low or rule.high < low:
        return NOT_REPRODUCED
    return INCONCLUSIVE


def combine(verdicts: Iterable[str]) -> str:
    """Turn the words of a claim's parts into one word for the whole.

    Args:
        verdicts: words out of VERDICTS, at least one.

    Returns:
        The common word if there is one; "not judged" if a part was not judged; "partly" if some
        part was reproduced and another was not; else "inconclusive".

    Raises:
        ValueError: if there is no word, or an unknown one.

    Example:
        >>> combine(["reproduced", "not reproduced", "inconclusive"])
        'partly'
        >>> combine(["reproduced", "inconclusive"])
        'inconclusive'
    """
    words = set(verdicts)
    if not words or not words <= set(VERDICTS):
        raise ValueError(f"verdicts must be out of {', '.join(VERDICTS)}, got {sorted(words)}")
    if len(words) == 1:
        return words.pop()
    if NOT_JUDGED in words:
        return NOT_JUDGED
    if PARTLY in words or {REPRODUCED, NOT_REPRODUCED} <= words:
        return PARTLY
    return INCONCLUSIVE


def power_of(n: int, sd: float, mean: float, level: float = 0.95) -> float:
    """Compute the chance that n runs put the whole interval of their mean above zero.

    Args:
        n: runs, >= 2.
        sd: standard deviation from run to run, > 0.
        mean: the true mean, same unit.
        level: of the interval, in (0, 1).

    Returns:
        The chance, exact by the noncentral t distribution; (1 - level) / 2 when the mean is 0.

    Raises:
        ValueError: if an argument is out of range.

    Example:
        >>> print(f"{power_of(3, sd=4.0, mean=5.0):.2f} {power_of(12, sd=4.0, mean=5.0):.2f}")
        0.24 0.98
    """
    if n < 2:
        raise ValueError(f"n must be >= 2, got {n}")
    if not 0 < sd < math.inf:
        raise ValueError(f"sd must be > 0 and finite, got {sd}")
    if not math.isfinite(mean):
        raise ValueError(f"mean must be finite, got {mean}")
    _check_share("level", level)
    return float(_power(n, mean / sd, level))


class Contrast(NamedTuple):
    """What one arm gained over another, seed by seed."""

    name: str  # which arm over which
    interval: Interval  # of the mean gain
    sd: float  # of the gain, from seed to seed
    needed: int  # seeds that tell apart two means `smallest` from each other, four times in five
    word: str  # "harm", "too small to matter", "worth having" or "inconclusive"


def contrast(
    name: str, gains: Tensor | Sequence[float], smallest: float, level: float = 0.95
) -> Contrast:
    """Weigh a gain against nothing, and against the smallest gain that matters.

    Args:
        name: which arm over which.
        gains: one paired difference a seed, (n,), n >= 2; more is better.
        smallest: the smallest gain that matters, > 0, same unit.
        level: of the interval, in (0, 1).

    Returns:
        The contrast. Its word is the first that fits: "harm" if the whole interval is below 0, "too
        small to matter" if it is below `smallest`, "worth having" if it is `smallest` or more.

    Raises:
        ValueError: as `mean_interval`, and unless smallest > 0.

    Example:
        >>> [contrast("b over a", gains, smallest=10.0).word
        ...  for gains in ([3.0, 5.0, 4.0], [13.0, 15.0, 14.0], [-9.0, 30.0, 14.0])]
        ['too small to matter', 'worth having', 'inconclusive']
    """
    if not 0 < smallest < math.inf:
        raise ValueError(f"smallest must be > 0 and finite, got {smallest}")
    interval = mean_interval(gains, level)
    sd = float(np.std(np.asarray(gains, dtype=float), ddof=1))
    needed = seeds_needed(max(sd, smallest / 1000), smallest, level) if math.isfinite(sd) else 0
    word = ("harm" if interval.high < 0 else "too small to matter" if interval.high < smallest
            else "worth having" if interval.low >= smallest else INCONCLUSIVE)
    return Contrast(name, interval, sd, needed, word)


def evidence_table(contrasts: Iterable[Contrast], unit: str) -> str:
    """Write contrasts as a table of evidence.

    Args:
        contrasts: at least one.
        unit: of the gains.

    Returns:
        Lines of text: mean, interval, spread from seed to seed, seeds run and seeds that would do.

    Raises:
        ValueError: if there is none.

    Example:
        >>> print(evidence_table([contrast("b over a", [3.0, 5.0, 4.0], 10.0)], "mnat"))
        mnat      mean  interval  spread  seeds  needed  word
        b over a     4  2 to 6         1      3       3  too small to matter
    """
    rows = [(row.name, f"{row.interval.mid:.0f}", f"{row.interval.low:.0f} to "
             f"{row.interval.high:.0f}", f"{row.sd:.0f}", f"{row.interval.n}", f"{row.needed}",
             row.word) for row in contrasts]
    if not rows:
        raise ValueError("contrasts must not be empty")
    rows = [(unit, "mean", "interval", "spread", "seeds", "needed", "word"), *rows]
    wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
    sides = "<><>>><"  # words to the left, numbers to the right
    return "\n".join("  ".join(f"{cell:{side}{width}}" for cell, side, width in
                               zip(row, sides, wide, strict=True)).rstrip() for row in rows)


def _power(n: int, effect: float, level: float) -> float:
    """Return the chance that n runs put a mean of `effect` standard deviations above zero."""
    t, shift = special.stdtrit(n - 1, (1 + level) / 2), effect * n**0.5
    return 1 - special.nctdtr(n - 1, shift, t)


def _check_share(name, value):
    if not 0 < value < 1:
        raise ValueError(f"{name} must be in (0, 1), got {value}")
