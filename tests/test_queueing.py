"""The queue before a deadline: against what can be counted by hand and known in closed form."""

import importlib.util
import json
import random
import statistics
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
spec = importlib.util.spec_from_file_location("queueing", ROOT / "benchmarks" / "queueing.py")
queueing = importlib.util.module_from_spec(spec)
sys.modules["queueing"] = queueing
spec.loader.exec_module(queueing)


@pytest.mark.parametrize(("workers", "waits"), [(1, [2, 3, 4]), (2, [2, 2, 2])])
def test_three_arrivals_by_hand(workers, waits):
    assert queueing.simulate([0, 1, 2], [2], workers, random.Random(0)) == waits


@pytest.mark.parametrize(("share", "want"), [(50, 5), (95, 10), (90, 9), (1, 1), (100, 10)])
def test_percentiles_by_hand(share, want):
    assert queueing.percentile(list(range(10, 0, -1)), share) == want


def test_one_server_with_exponential_times_waits_as_theory_says():
    """Half busy, unit service: the mean time in the system is 1 / (1 - 1/2) = 2."""
    chance = random.Random(1000)
    at, times = 0.0, []
    for _ in range(100_000):
        at += chance.expovariate(0.5)
        times.append(at)
    services = [chance.expovariate(1.0) for _ in range(100_000)]
    waits = queueing.simulate(times, services, 1, chance)
    assert statistics.mean(waits) == pytest.approx(2.0, rel=0.05)


def test_the_rate_doubles_until_the_deadline():
    times = queueing.arrivals(100_000, 60.0, random.Random(1000), halvings=6)
    assert times == sorted(times) and 0 <= times[0] and times[-1] <= 60
    counts = [sum(10 * n <= t < 10 * n + 10 for t in times) for n in range(6)]
    ratios = [b / a for a, b in zip(counts, counts[1:], strict=False)]
    assert all(ratio == pytest.approx(2.0, rel=0.1) for ratio in ratios)


def test_the_page_is_written_from_the_record():
    told = json.loads((ROOT / "benchmarks" / "grading.json").read_text("utf-8"))
    assert (ROOT / "docs" / "scaling.md").read_text("utf-8") == queueing.text(told)
    assert (ROOT / "docs" / "scaling.png").is_file()
    assert told["resumed"]["same"] and told["cluster"]["same"]
