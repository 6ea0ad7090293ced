"""FILL: the method of chapter 05 and its theory.

Five kinds of test for each method: an independent source, limits, laws, gradcheck, refusals.
"""

import torch

from gradcourse.methods.energy import step


def test_step_is_what_an_independent_source_says():
    x = torch.ones(3, dtype=torch.float64)
    assert torch.equal(step(x, x, lr=0.0), x)
    raise AssertionError("FILL: tests/test_energy.py: the same path from an independent source")


def test_step_at_a_limit_is_a_method_one_knows():
    raise AssertionError("FILL: tests/test_energy.py: a limit")


def test_step_keeps_its_law():
    raise AssertionError("FILL: tests/test_energy.py: a law that holds for all inputs")


def test_step_can_be_differentiated():
    raise AssertionError("FILL: tests/test_energy.py: torch.autograd.gradcheck")


def test_step_refuses_what_makes_no_sense():
    raise AssertionError("FILL: tests/test_energy.py: pytest.raises(ValueError, match=...)")
