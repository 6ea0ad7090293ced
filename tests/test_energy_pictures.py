"""The pictures of chapter 05, drawn from small data: the facts are in them, nothing is cut off."""

import math

import numpy as np
import pytest
import torch

from gradcourse.methods.energy import second_moment_unary, tau_bias
from gradcourse.pictures import energy as draw
from gradcourse.pictures.energy_parts.panels import share
from gradcourse.pictures.style import FAILURE, METHOD, overflow
from gradcourse.problems import Switches, bumps

X = np.linspace(-3, 3, 50)
PUBLISHED = {"exact": 60.0, "learnt": 65.0}


def opening():
    curves = {0: 0 * X - 1.5, 12: np.cos(X), 40: 1.5 * np.cos(X), 2000: 2 * np.cos(X)}
    return draw.opening(X, curves, 2 * np.cos(X), (X[::5], np.cos(X[::5])))


def bowl():
    t = np.linspace(-2, 3, 80)
    return draw.bowl(t, t + np.exp(-t - 0.3) - 1, -0.3)


def law():
    S = 2.0 ** np.arange(8)
    return draw.law(S, np.outer([0.9, 1, 1.1], 0.1 / S), np.outer([0.9, 1, 1.1], 2 / S),
                    np.stack([0.1 / S, 2 / S]))


def trap():
    steps = np.arange(0, 401, 20)
    falls = 4 + 2.9 * np.exp(-steps / 50)
    losses = {"exact": falls, "learnt": falls + 0.3, "average": 5 + steps / 80}
    return draw.trap(steps, {k: np.stack([v, v + 0.1], 1) for k, v in losses.items()}, 6.93)


def unseen():
    exact = np.linspace(2, 9, 30)
    return draw.unseen({"S = 10": (exact, exact + 1, 0.51), "S = 200": (exact, exact, 0.87)})


def price():
    return draw.price({"bumps of x": [4.9, 5.0], "one number": [5.0, 5.1], "summed": [4.7, 4.8]},
                      exact="summed")


def budget():
    curves = {"chain": {1: [37, 38], 5: [6, 5.8], 50: [4.4, 4.3]},
              "uniform": {10: [9.1, 9.0], 1000: [7.8, 7.7]},
              "guided": {10: [7.7, 7.6], 50: [7.6, 7.5]}}
    return draw.budget(curves, [4.0, 4.1], math.lgamma(11))


def referee():
    row = {"exact": {"plain": [60, 61], "tuned": [64, 65]},
           "learnt": {"plain": [61, 62], "tuned": [64, 66]}}
    return draw.referee({"yeast": row, "scene": row}, {"yeast": PUBLISHED, "scene": PUBLISHED})


PICTURES = [opening, bowl, law, trap, unseen, price, budget, referee]


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


def test_opening_draws_each_snapshot_and_the_sum_dashed():
    fig = opening()
    blue = [ln for ln in fig.axes[0].lines if ln.get_color() == METHOD]
    assert len(blue) == 4 and max(ln.get_linewidth() for ln in blue) == blue[-1].get_linewidth()
    (dashed,) = [ln for ln in fig.axes[0].lines if ln.is_dashed()]
    np.testing.assert_allclose(dashed.get_ydata(), 2 * np.cos(X))
    assert {"step 0", "step 12", "step 40"} <= set(texts(fig))


def test_bowl_marks_its_lowest_point():
    marks = [ln for ln in bowl().axes[0].lines if len(ln.get_xdata()) == 1]
    assert [(m.get_xdata()[0], m.get_ydata()[0]) for m in marks] == [(-0.3, -0.3)]


def test_law_draws_medians_on_the_dashed_laws():
    ax = law().axes[0]
    dashed = [ln.get_ydata() for ln in ax.lines if ln.is_dashed()]
    big = [ln.get_ydata() for ln in ax.lines if ln.get_markersize() == 7]
    np.testing.assert_allclose(dashed, big)


def test_trap_draws_every_run_and_what_knowing_nothing_costs():
    ax = trap().axes[0]
    assert len(ax.lines) == 3 * (2 + 1) + 1
    assert sum(ln.get_color() == FAILURE for ln in ax.lines) == 3


def test_price_shows_gaps_to_exact_training():
    dots = [ln for ln in price().axes[0].lines if ln.get_marker() == "o"]
    np.testing.assert_allclose([ln.get_xdata()[0] for ln in dots], [0.2, 0.3])


def test_budget_draws_medians_and_the_exact_line():
    ax = budget().axes[0]
    chain = [ln for ln in ax.lines if ln.get_marker() == "s"]
    np.testing.assert_allclose(chain[0].get_ydata(), [37.5, 5.9, 4.35])
    assert 4.05 in [ln.get_ydata()[0] for ln in ax.lines if ln.is_dashed()]


def test_referee_draws_the_published_values_hollow():
    hollow = [ln for ln in referee().axes[0].lines if ln.get_markerfacecolor() == "white"]
    assert sorted(float(np.ravel(ln.get_xdata())[0]) for ln in hollow) == [60, 60, 65, 65]


# ---------------------------------------------------------------- panels


def test_a_bump_for_every_input_runs_through_every_dot():
    data = draw.SharePanel().compute(guesses=10, bumps=60, sharpness=1.0)
    np.testing.assert_allclose(data.shared, data.alone, atol=2e-2)


def test_sharing_solves_for_the_lowest_mean_of_the_bowl():
    x = torch.linspace(-3, 3, 60, dtype=torch.float64)
    phi, weights = bumps(x, 5).numpy(), np.exp(np.sin(x.numpy()))
    tau = share(weights, phi)
    np.testing.assert_allclose(phi.T @ (1 - weights * np.exp(-tau)), 0, atol=1e-5)


def test_share_panel_is_the_toys_log_partition_and_says_noise_or_stiffness():
    panel = draw.SharePanel()
    data = panel.compute(**panel.start())
    np.testing.assert_allclose(data.exact, Switches().log_partition(panel.x))
    assert data.errors[0] < data.errors[1]
    assert "too stiff" in panel.say(bumps=1)
    assert "repeats the dots" in panel.say(bumps=60)
    assert "past the border" in panel.say(sharpness=2.2, guesses=2)


def test_spread_panel_draws_the_laws_of_the_library():
    panel = draw.SpreadPanel()
    data = panel.compute(switches=12, guesses=20, lr=0.2)
    moment = float(second_moment_unary(panel.scores[:, :12]).median())
    assert data.moment == pytest.approx(moment)
    assert data.learnt[11] == pytest.approx(tau_bias(0.2, moment - 1, 20))
    assert (np.diff(data.learnt) > 0).all() and (data.guided < data.learnt).all()
    assert "12 switches" in panel.say(switches=12)


def test_trap_panel_cheats_with_few_guesses_only():
    panel = draw.TrapPanel()
    few, many = (panel.compute(guesses=S, sharpness=0.8, lr=0.1) for S in (1, 60))
    assert few.averaged[-1] > 10 * math.log(2) > few.learnt[-1] > few.best
    assert abs(many.averaged[-1] - many.learnt[-1]) < 0.1
    assert "worse than knowing nothing" in panel.say()
    assert "Both ways end alike" in panel.say(guesses=60, sharpness=0.8)
    start = panel.compute(**panel.start())
    assert start.learnt[0] == pytest.approx(10 * math.log(2)) and start.said[-1] < 0
