"""The pictures of chapter 01, drawn from small data: the facts are in them, nothing is cut off."""

import numpy as np
import pytest
import torch

from gradcourse.methods.multistage import expected_gap, stages
from gradcourse.pictures import multistage as draw
from gradcourse.pictures.style import FAILURE, METHOD, REPAIRED, overflow

COUNTS = np.geomspace(3000, 10_000, 9)
HEIGHTS = {name: (i + 1) / COUNTS for i, name in enumerate(draw.STYLES)}
ENDS = np.array([121, 289, 625, 1297, 2641, 5329])


def opening():
    cloud = {"fixed, accelerated": torch.randn(9, 2), "stages": torch.zeros(9, 2)}
    heights = {name: 100.0 / np.arange(1, 3002) for name in cloud}
    return draw.opening(cloud, heights, [121, 289, 625])


def spread():
    k = np.arange(31)
    return draw.spread(np.outer(2 * 0.9**k, np.ones(4)), 2 * 0.9**k, np.full(31, 0.3))


def contraction():
    k = np.arange(120)
    height = 0.5**k
    height[40] = 0
    return draw.contraction(height, 2 * 0.5**k, 2 * 0.9**k)


def theory():
    counts = np.geomspace(20, ENDS[-1], 40)
    return draw.theory(counts, 50 / counts, ENDS, 50 / ENDS, 800 / ENDS, 52.0)


def sweep():
    means = {name: np.array([0.0, 1e-8, 1e-6, 1e-4, 1e-2]) for name in HEIGHTS}
    return draw.sweep(COUNTS, HEIGHTS, [0, 1e-4, 1e-3, 1e-2, 0.1], means, 0.01)


def fair():
    runs = {name: np.outer(h, [0.5, 1.0, 2.0]) for name, h in HEIGHTS.items()}
    return draw.fair(COUNTS, {"step from the theory": runs, "best of five steps": runs})


def referee():
    tile = 9 / COUNTS, 1 / COUNTS, 0.5 / COUNTS
    return draw.referee(COUNTS, {"spread-out curvatures": tile, "the worst bowl": tile})


PICTURES = [opening, spread, contraction, theory, sweep, fair, referee]


def texts(fig):
    return [t.get_text() for t in fig.findobj(lambda a: hasattr(a, "get_text"))]


def longest(ax):
    return max(ax.lines, key=lambda line: len(line.get_xdata()))


@pytest.mark.parametrize("make", PICTURES)
def test_no_text_leaves_the_canvas(make):
    assert overflow(make()) == []


@pytest.mark.parametrize("make", PICTURES)
def test_every_axis_says_what_it_shows(make):
    for ax in make().axes:
        assert ax.get_xlabel()
        assert ax.get_ylabel() or ax.get_shared_y_axes().joined(ax, ax.figure.axes[0])


def test_opening_marks_every_switch():
    dotted = [ln.get_xdata()[0] for ln in opening().axes[1].lines if ln.get_linestyle() == ":"]
    assert dotted == [121, 289, 625]


def test_theory_writes_how_careful_the_bound_is():
    fig = theory()
    assert "16 times" in texts(fig)
    guide = next(ln for ln in fig.axes[0].lines if len(ln.get_xdata()) == 2)
    np.testing.assert_allclose(np.prod(guide.get_xydata(), axis=1), 52.0)


def test_sweep_keeps_a_height_of_zero_on_its_axis():
    right = sweep().axes[1]
    for line in right.lines:
        assert min(line.get_ydata()) >= right.get_ylim()[0]


def test_each_method_looks_the_same_in_both_comparisons():
    looks = [{ln.get_label(): (ln.get_color(), ln.get_linestyle()) for ln in ax.lines
              if ln.get_label() in draw.STYLES} for ax in (sweep().axes[1], fair().axes[0])]
    assert set(looks[0]) == set(draw.STYLES)
    assert looks[0] == looks[1]
    assert len(set(looks[0].values())) >= len(draw.STYLES) - 1


def test_fair_draws_every_run_and_the_median():
    left = fair().axes[0]
    assert len(left.lines) == len(draw.STYLES) * (3 + 1)
    stages_line = next(ln for ln in left.lines if ln.get_label() == "stages")
    np.testing.assert_allclose(stages_line.get_ydata(), HEIGHTS["stages"])


def test_referee_draws_the_best_possible_dashed():
    for ax in referee().axes:
        dashed = [ln for ln in ax.lines if ln.is_dashed() and ln.get_color() == "#000000"]
        np.testing.assert_allclose(dashed[0].get_ydata(), 0.5 / COUNTS)


def test_switch_panel_is_the_exact_expectation():
    panel = draw.SwitchPanel()
    data = panel.compute(switch=6.0, noise=1e-3, stretch=401.0)
    h = draw.cycle_laplacian(100, 401.0)
    mu, L = float(h[0]), float(h[-1])
    plan = stages(L, mu, data.n1, panel.budget)
    want = expected_gap(h, panel.start_point, 1e-3, plan, mu, counts=[panel.budget])
    assert data.counts[-1] == panel.budget
    assert data.bias[-1] == pytest.approx(float(want[0]))
    assert data.variance[-1] == pytest.approx(float(want[1]))
    assert data.fixed[-1] == pytest.approx(data.floor)


def test_switch_panel_says_early_in_time_and_late():
    panel = draw.SwitchPanel()
    assert "too early" in panel.say()
    assert "in time" in panel.say(switch=6.0)
    assert "late" in panel.say(switch=400.0)
    assert "late" in panel.say(noise=1.0, switch=100.0)


def test_switch_panel_crosses_later_with_less_noise_and_more_stretch():
    crossing = {(noise, k): draw.SwitchPanel().compute(switch=1.0, noise=noise, stretch=k).crossing
                for noise in (1e-1, 1e-3) for k in (41.0, 401.0)}
    assert crossing[1e-3, 401.0] > crossing[1e-1, 401.0]
    assert crossing[1e-3, 401.0] > crossing[1e-3, 41.0]


def test_slip_panel_colours_what_it_says():
    panel = draw.SlipPanel()
    panel.draw()
    for settings, color in (({"unit": 1}, FAILURE), ({"unit": 12}, REPAIRED),
                            ({"unit": 42}, METHOD)):
        panel.update(panel.compute(**panel.settings(**settings)))
        assert panel.line.get_color() == color


def test_slip_panel_freezes_and_jumps():
    panel = draw.SlipPanel()
    start = panel.settings(unit=42)
    proved = panel.compute(**start)
    assert proved.height[-1] == pytest.approx(proved.proved[-1])
    frozen = panel.compute(**(start | {"unit": 1}))
    assert frozen.height[-1] > 10 * frozen.proved[-1]
    assert frozen.shrunk > 1e6
    assert panel.compute(**(start | {"restart": 0})).jump > 5 > 1.1 > proved.jump
    assert "jumps" in panel.say(restart=0)
