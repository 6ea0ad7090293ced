"""The pictures of chapter 00, drawn from small data: the facts are in them, nothing is cut off."""

import numpy as np
import pytest
import torch

from gradcourse.methods.descent import largest_lr
from gradcourse.pictures import descent as draw
from gradcourse.pictures.style import FAILURE, METHOD, overflow

STEPS = np.arange(21)[:, None]
CURVES = {"gradient": 2.3 * np.exp(-STEPS / 20 * np.ones(3)),
          "heavy ball": 2.3 * np.exp(-STEPS / 4 * np.ones(3)),
          "Nesterov": 2.3 * np.exp(-STEPS / 5 * np.ones(3))}


def walk(lr, steps=20):
    scale = 1 - lr * np.array([1.0, 10.0])
    return np.array([-2.6, 0.72]) * scale ** np.arange(steps + 1)[:, None]


def opening():
    words = {0.025: "on its way", 0.175: "arrived", 0.212: "thrown out"}
    return draw.opening([(lr, torch.from_numpy(walk(lr)), w) for lr, w in words.items()], 10.0)


def theory():
    step = torch.linspace(0.05, 2.15, 43)
    kept = torch.maximum((1 - 0.05 * step).abs(), (1 - step).abs())
    counts = {"gradient": [12, 310, 3158], "heavy ball": [8, 54, 194], "Nesterov": [11, 54, 149]}
    return draw.theory(step, kept, kept, [4, 100, 1000], counts)


def limits():
    b = np.array([0.0, 0.5, 0.9])
    ends = {"heavy ball": 2 * (1 + b), "Nesterov": 2 * (1 + b) / (1 + 2 * b)}
    return draw.limits(b, ends, {name: np.array([b, end]) for name, end in ends.items()})


def fair():
    finals = {name: np.outer([1.0, 0.3, 9.0], curve[-1]) for name, curve in CURVES.items()}
    return draw.fair(CURVES, finals, [0.1, 1.0, 3.0], dict.fromkeys(CURVES, 1.0))


def referee():
    times = range(0, 60, 15)
    return draw.referee(times, {lr: np.full((4, 2), 2 / lr) for lr in (0.5, 0.8, 1.2)},
                        {lr: np.full((60, 2), 0.1) for lr in (0.5, 0.8, 1.2)})


def tangent():
    x = np.linspace(-2.2, 3, 50)
    return draw.tangent(x, x**2, 1.5, 2.25, 3.0)


def directions():
    r = np.linspace(-2.5, 2.5, 51)
    return draw.directions(r, r**2 / 2, 5 * r**2, 10.0)


PICTURES = [opening, theory, limits, fair, referee, tangent, directions,
            lambda: draw.two_axes([6 * 0.65**k for k in range(26)])]


def texts(fig):
    return [t.get_text() for t in fig.findobj(lambda a: hasattr(a, "get_text"))]


@pytest.mark.parametrize("make", PICTURES)
def test_no_text_leaves_the_canvas(make):
    assert overflow(make()) == []


@pytest.mark.parametrize("make", PICTURES)
def test_every_axis_says_what_it_shows(make):
    for ax in make().axes:
        assert ax.get_xlabel()
        assert ax.get_ylabel() or ax.get_shared_y_axes().joined(ax, ax.figure.axes[0])


def test_opening_draws_the_paths_it_is_given_and_stops_at_the_frame():
    tiles = opening().axes
    drawn = [max(ax.lines, key=lambda line: len(line.get_xdata())).get_xydata() for ax in tiles]
    np.testing.assert_allclose(drawn[1], walk(0.175))
    assert len(drawn[2]) < 21
    assert abs(drawn[2][:, 1]).max() <= tiles[2].get_ylim()[1]
    np.testing.assert_allclose(drawn[2], walk(0.212)[: len(drawn[2])])


def test_opening_rings_are_places_of_equal_height():
    ring = opening().axes[0].patches[5]
    assert (ring.width / ring.height) ** 2 == pytest.approx(10)


def test_theory_marks_growth_from_the_limit_on():
    left = theory().axes[0]
    good, bad = (next(li for li in left.lines if li.get_marker() == m) for m in ("o", "X"))
    assert max(good.get_xdata()) < 2 <= min(bad.get_xdata()) + 1e-6
    assert (good.get_color(), bad.get_color()) == (METHOD, FAILURE)
    assert "limit 2/L" in texts(left.figure)


def test_theory_guides_have_slopes_one_and_one_half():
    guides = [line for line in theory().axes[1].lines if line.get_marker() == "None"]
    slopes = [np.diff(np.log(g.get_ydata()[[0, -1]])) / np.diff(np.log(g.get_xdata()[[0, -1]]))
              for g in guides]
    np.testing.assert_allclose(np.ravel(slopes), [1, 0.5])


def test_fair_draws_every_run_and_the_median():
    left = fair().axes[0]
    assert len(left.lines) == 3 * (3 + 1)
    assert {"gradient", "heavy ball", "Nesterov"} <= set(texts(left.figure))


def test_referee_draws_the_border_of_each_step():
    dashed = [line.get_ydata()[0] for line in referee().axes[0].lines if line.is_dashed()]
    assert dashed == pytest.approx([4, 2.5, 2 / 1.2])


def test_bowl_panel_crosses_where_theory_says():
    panel = draw.BowlPanel()
    for momentum in (0.0, 0.5, 0.9):
        border = largest_lr(1.0, momentum)
        settings = {"momentum": momentum, "stretch": 12.0}
        assert panel.compute(step=0.99 * border, **settings).rho < 1
        assert panel.compute(step=1.01 * border, **settings).rho > 1


def test_bowl_panel_says_what_is_seen():
    panel = draw.BowlPanel()
    assert panel.say(step=1.9).startswith("Converges")
    assert panel.say(step=2.06).startswith("Diverges: the step is 1.03 of the limit")
    assert panel.say(step=2.06, momentum=0.5).startswith("Converges")


def test_kink_panel_circles_arrives_or_never_settles():
    panel = draw.KinkPanel()
    best = {"step": 25 / 9, "momentum": 4 / 9}
    assert panel.compute(**best, start=3.3).period == 3
    assert panel.compute(**best, start=2.0).period == 0
    assert panel.compute(step=3.0, momentum=0.44, start=2.0).period == -1
    assert abs(panel.compute(**best, start=3.3).nesterov[-1]) < 1e-9


@pytest.mark.parametrize(("xs", "period"), [
    (np.zeros(200), 0), (np.tile([1.0, 2.0], 100), 2), (np.full(200, np.nan), -2),
    (np.geomspace(1, 1e9, 200), -2), (np.sin(np.arange(200.0) ** 2), -1)])
def test_the_end_of_a_run_is_named(xs, period):
    assert draw._period(xs) == period
