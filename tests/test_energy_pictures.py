"""The pictures of chapter 05, drawn from small data: FILL: the facts that are in them."""

import pytest

from gradcourse.pictures import energy as draw
from gradcourse.pictures.style import overflow


def opening():
    return draw.opening([[0.0, 0.0], [1.0, 1.0]])


PICTURES = [opening]


@pytest.mark.parametrize("make", PICTURES)
def test_no_text_leaves_the_canvas(make):
    assert overflow(make()) == []


@pytest.mark.parametrize("make", PICTURES)
def test_every_axis_says_what_it_shows(make):
    for ax in make().axes:
        assert ax.get_xlabel() and ax.get_ylabel()


def test_opening_draws_the_path_it_is_given():
    raise AssertionError("FILL: tests/test_energy_pictures.py: the drawn line is the data")
