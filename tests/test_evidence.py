"""Intervals that cover as often as they say, and rules that decide what they should."""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from gradcourse.evidence import (
    VERDICTS,
    Interval,
    Rule,
    combine,
    contrast,
    evidence_table,
    mean_interval,
    paired_interval,
    power_of,
    seeds_needed,
    success_interval,
    verdict,
)

NAN, INF = math.nan, math.inf


def rng():
    return np.random.default_rng(0)


# --- intervals ------------------------------------------------------------------------------------


def test_mean_interval_is_the_one_of_students_t_test():
    values = rng().normal(1, 2, size=12)
    for level in (0.5, 0.95, 0.99):
        theirs = stats.ttest_1samp(values, 0).confidence_interval(level)
        low, mid, high, n = mean_interval(values, level)
        assert (low, high) == pytest.approx((theirs.low, theirs.high))
        assert mid == pytest.approx(values.mean()) and n == 12


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_mean_interval_covers_the_mean_as_often_as_it_says(level):
    draws = rng().normal(3, 1, size=(1500, 5))
    ends = [mean_interval(row, level) for row in draws]
    share = np.mean([low <= 3 <= high for low, _, high, _ in ends])
    assert share == pytest.approx(level, abs=4 * math.sqrt(level * (1 - level) / 1500))


def test_paired_interval_is_the_one_of_the_paired_t_test():
    a, b = rng().normal(size=(2, 9))
    theirs = stats.ttest_rel(a, b).confidence_interval(0.9)
    ours = paired_interval(a, b, 0.9)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


def test_pairing_removes_what_both_runs_share():
    seed = rng().normal(size=8)
    assert paired_interval(seed + 0.5, seed) == pytest.approx((0.5, 0.5, 0.5, 8))


@pytest.mark.parametrize("k, n", [(0, 7), (3, 7), (7, 7), (450, 1000)])
def test_success_interval_holds_the_chances_whose_score_test_passes(k, n):
    low, mid, high, count = success_interval(k, n, 0.95)
    z = stats.norm.ppf(0.975)
    for p in (low, high):
        if 1e-9 < p < 1 - 1e-9:  # the ends solve |k/n - p| = z sqrt(p (1 - p) / n)
            assert abs(k / n - p) == pytest.approx(z * math.sqrt(p * (1 - p) / n))
    assert 0 <= low <= mid <= high <= 1 and mid == k / n and count == n


def test_intervals_read_tensors_of_any_float_type():
    values = torch.tensor([1.0, 2.0, 3.0])
    want = mean_interval([1, 2, 3])
    assert mean_interval(values) == mean_interval(values.double()) == want
    assert all(type(end) is float for end in want[:3])


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
def test_a_lost_run_leaves_nothing_to_say(bad):
    interval = mean_interval([1.0, bad, 2.0])
    assert math.isnan(interval.low) and math.isnan(interval.high) and interval.n == 3
    assert verdict(interval, Rule("x", low=0, smallest="1")) == "inconclusive"


# --- seeds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect, n", [(0.2, 199), (0.5, 34), (0.8, 15), (1.0, 10)])
def test_seeds_needed_agrees_with_published_tables(effect, n):
    assert seeds_needed(sd=2.0, smallest=2.0 * effect) == n


def test_seeds_needed_gives_the_power_it_promises_and_one_less_does_not():
    effect, n = 0.9, seeds_needed(sd=1, smallest=0.9, level=0.9, power=0.7)

    def found(count):
        draws = rng().normal(effect, 1, size=(20_000, count))
        return np.mean(stats.ttest_1samp(draws, 0, axis=1).pvalue < 0.1)

    assert found(n) > 0.7 > found(n - 1)


def test_seeds_needed_grows_with_noise_level_and_power():
    base = seeds_needed(1, 0.5)
    assert seeds_needed(2, 0.5) > base
    assert seeds_needed(1, 0.5, level=0.99) > base
    assert seeds_needed(1, 0.5, power=0.95) > base
    assert seeds_needed(1, 1000) == 2


# --- verdicts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "low, high, word",
    [
        (1.0, 2.0, "reproduced"),  # both ends on the border
        (1.2, 1.8, "reproduced"),
        (0.9, 1.8, "inconclusive"),
        (1.2, 2.1, "inconclusive"),
        (0.0, 3.0, "inconclusive"),
        (0.0, 1.0, "inconclusive"),  # touches the range from outside
        (0.0, 0.9, "not reproduced"),
        (2.1, 3.0, "not reproduced"),
        (NAN, 1.5, "inconclusive"),
        (1.5, NAN, "inconclusive"),
    ],
)
def test_verdict_of_a_range(low, high, word):
    rule = Rule("x", low=1.0, high=2.0, smallest="0.1")
    assert verdict(Interval(low, (low + high) / 2, high, 5), rule) == word


def test_verdict_of_a_half_line():
    rule = Rule("x", high=0.5, smallest="0.1")
    assert verdict(Interval(-INF, 0.0, 0.5, 5), rule) == "reproduced"
    assert verdict(Interval(0.6, 1.0, INF, 5), rule) == "not reproduced"
    assert verdict(Interval(0.4, NAN, 0.45, 5), rule) == "inconclusive"


@pytest.mark.parametrize(
    "words, whole",
    [
        (["reproduced"], "reproduced"),
        (["reproduced", "reproduced"], "reproduced"),
        (["not reproduced", "not reproduced"], "not reproduced"),
        (["reproduced", "not reproduced"], "partly"),
        (["reproduced", "inconclusive", "not reproduced"], "partly"),
        (["reproduced", "partly"], "partly"),
        (["reproduced", "inconclusive"], "inconclusive"),
        (["not reproduced", "inconclusive"], "inconclusive"),
        (["reproduced", "not testable here"], "inconclusive"),
        (["reproduced", "not reproduced", "not judged"], "not judged"),
        (["not judged", "not judged"], "not judged"),
    ],
)
def test_combine(words, whole):
    assert combine(words) == combine(reversed(words)) == whole


def test_verdicts_are_the_six_words():
    assert VERDICTS == ("reproduced", "partly", "not reproduced", "inconclusive",
                        "not testable here", "not judged")


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0, 1, 95, NAN])
def test_levels_are_shares(level):
    want = rf"level must be in \(0, 1\), got {level}"
    for refused in (
        lambda: mean_interval([1, 2], level),
        lambda: paired_interval([1, 2], [2, 1], level),
        lambda: success_interval(1, 2, level),
        lambda: seeds_needed(1, 1, level),
    ):
        with pytest.raises(ValueError, match=want):
            refused()


def test_refusals_of_intervals():
    for bad in ([1.0], [], [[1.0, 2.0]]):
        with pytest.raises(ValueError, match="values must be one row of at least 2 numbers, got"):
            mean_interval(bad)
    with pytest.raises(ValueError, match=r"equal shapes, got \(3,\) and \(1,\)"):
        paired_interval([1.0, 2.0, 3.0], [1.0])
    with pytest.raises(ValueError, match=r"k must be in \[0, 4\], got 5"):
        success_interval(5, 4)
    with pytest.raises(ValueError, match="n must be >= 1, got 0"):
        success_interval(0, 0)


def test_refusals_of_seeds_needed():
    with pytest.raises(ValueError, match="sd must be > 0 and finite, got 0"):
        seeds_needed(0, 1)
    with pytest.raises(ValueError, match="smallest must be > 0 and finite, got -1"):
        seeds_needed(1, -1)
    with pytest.raises(ValueError, match=r"power must be in \(0, 1\), got 1"):
        seeds_needed(1, 1, power=1)


def test_refusals_of_rules():
    with pytest.raises(TypeError, match="smallest"):
        Rule("x", low=0)
    with pytest.raises(ValueError, match="low must be <= high, got 2 and 1"):
        Rule("x", low=2, high=1, smallest="1")
    with pytest.raises(ValueError, match="low must be <= high, got nan"):
        Rule("x", low=NAN, smallest="1")
    with pytest.raises(ValueError, match="low or high must be finite"):
        Rule("x", smallest="1")
    with pytest.raises(AttributeError):
        Rule("x", low=0, smallest="1").low = 1


def test_combine_refuses_nothing_and_unknown_words():
    with pytest.raises(ValueError, match=r"got \[\]"):
        combine([])
    with pytest.raises(ValueError, match=r"got \['maybe'\]"):
        combine(["maybe"])


# --- contrasts ------------------------------------------------------------------------------------


def test_power_is_how_often_simulated_audits_exclude_zero():
    draws = rng().normal(5, 4, size=(4000, 6))
    found = np.mean([mean_interval(row).low > 0 for row in draws])
    assert power_of(6, sd=4.0, mean=5.0) == pytest.approx(found, abs=0.03)


def test_power_and_seeds_needed_are_each_others_inverse():
    for sd, mean in ((4.0, 10.0), (4.0, 3.0), (20.0, 10.0)):
        n = seeds_needed(sd, mean)
        assert power_of(n, sd, mean) >= 0.8 and (n == 2 or power_of(n - 1, sd, mean) < 0.8)
    assert power_of(9, 1.0, 0.0) == pytest.approx(0.025)


@pytest.mark.parametrize("gains, word", [
    ([-31.0, -29.0, -30.0], "harm"), ([-3.0, 0.0, 3.0], "too small to matter"),
    ([2.0, 3.0, 4.0], "too small to matter"), ([29.0, 30.0, 31.0], "worth having"),
    ([5.0, 20.0, 12.0], "inconclusive"), ([NAN, 1.0, 2.0], "inconclusive")])
def test_contrast_takes_the_first_word_that_fits(gains, word):
    got = contrast("b over a", gains, smallest=10.0)
    assert got.word == word and got.interval[:3] == pytest.approx(mean_interval(gains)[:3],
                                                                  nan_ok=True)


def test_contrast_counts_the_seeds_by_its_own_spread_and_level():
    gains = rng().normal(0, 7, size=9)
    got = contrast("b over a", gains, smallest=10.0, level=0.99)
    assert got.needed == seeds_needed(np.std(gains, ddof=1), 10.0, 0.99)


def test_evidence_table_aligns_its_columns():
    rows = [contrast(name, [3.0, 5.0, 4.0], 10.0) for name in ("b", "a long name")]
    lines = evidence_table(rows, "mnat").splitlines()
    assert len(lines) == 3 and len({line.index("  3  ") for line in lines[1:]}) == 1
    assert lines[0].startswith("mnat") and lines[1].endswith("too small to matter")


def test_contrasts_refuse_what_means_nothing():
    with pytest.raises(ValueError, match="smallest must be > 0 and finite, got 0"):
        contrast("b over a", [1.0, 2.0], 0)
    with pytest.raises(ValueError, match="contrasts must not be empty"):
        evidence_table([], "mnat")
    for options, name in (({"n": 1}, "n"), ({"sd": 0.0}, "sd"), ({"mean": INF}, "mean"),
                          ({"level": 1.0}, "level")):
        with pytest.raises(ValueError, match=f"^{name} must be"):
            power_of(**{"n": 3, "sd": 1.0, "mean": 1.0} | options)
