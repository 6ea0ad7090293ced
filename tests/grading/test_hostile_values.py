"""Whatever an answer returns, a check comes to its verdict soon: nothing holds the judge up.

A worker's time is limited from outside; the judge's own is not, so no check may loop, or
allocate, as far as a stranger's value says.
"""

import resource
import time

import pytest
import torch

from gradcourse import checks
from gradcourse.checks import local_call, run

HUGE = 10**15
VALUES = {
    "a huge whole number": HUGE,
    "infinity": float("inf"),
    "NaN": float("nan"),
    "a text": "9" * 10_000,
    "a thousand huge pairs": [(1e-9, HUGE)] * 100,
    "huge lengths": [HUGE] * 9,
    "a long list": [0.5] * 20_000,
    "nested lists": [[[[[[]]]]]],
    "a large tensor": torch.zeros(2**17, dtype=torch.float64),
    "a large square": torch.ones(300, 300, dtype=torch.float64),
    "a tensor of huge numbers": torch.full((3,), 1e300, dtype=torch.float64),
    "a pair": (torch.ones(3, dtype=torch.float64), HUGE),
    "a mapping": {"x": HUGE, "lr": float("nan")},
}
EXERCISES = {e.id: e for slug in checks.slugs() for e in checks.load(slug).values()
             if e.kind == "code"}
SECONDS, MIB = 5.0, 600  # CPU; a right answer takes less than one


@pytest.mark.parametrize("id", EXERCISES)
def test_no_value_holds_a_check_up(id):
    exercise = EXERCISES[id]
    for what, value in VALUES.items():
        def answer(*args, **kwargs):
            return value  # noqa: B023

        answer.__name__ = exercise.name
        before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
        result = run(exercise, local_call(answer), b"seed")
        spent = time.process_time() - start
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        assert spent < SECONDS and grown < MIB, f"{what}: {spent:.1f} s, {grown:.0f} MiB"
        assert result.state in ("wrong", "partly", "not started"), what
