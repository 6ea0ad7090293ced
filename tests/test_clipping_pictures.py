"""The pictures of chapter 02, drawn from small data: the facts are in them, nothing is cut off."""

import numpy as np
import pytest
import torch

from gradcourse.methods.clipping import State, acclip_step, clip_coordinates, threshold
from gradcourse.pictures import clipping as draw
from gradcourse.pictures.clipping_parts.panels import _walk
from gradcourse.pictures.style import FAILURE, METHOD, overflow

TAILS = [1.2, 1.5, 2.0, 3.0]
NUMBERS = np.geomspace(0.1, 1000, 20)


def opening():
    walks = {name: torch.randn(30, 2) for name in ("even", "wild", "cut")}
    return draw.opening(walks, {"even": 1.1, "wild": 48.2, "cut": 1.0})


def tails():
    return draw.tails(NUMBERS, {"even": (np.where(NUMBERS < 5, 1 / NUMBERS, 0), "#7F7F7F"),
                                "wild": (1 / NUMBERS, FAILURE)})


def moments():
    bounds = torch.stack([torch.tensor(3 / NUMBERS), torch.tensor(3 * NUMBERS)])
    return draw.moments(NUMBERS, 1 / NUMBERS, NUMBERS, bounds, 1.4)


def theory():
    plain = [[-3.0, 0.7], [-0.8, -0.5], [-1.0, -0.9], [-1.0, -1.0]]
    return draw.theory(TAILS, np.full((4, 2), -0.5), plain, (TAILS, [-0.3, -0.6, -1, -1]))


def table():
    rows = {name: (3.0, 1.0, 1e5) for name in ("plain", "norm clip", "ACClip")}
    return draw.table({"d = 1": rows, "d = 20": rows, "d = 20, wilder": rows})


def norms():
    sizes = np.linspace(0.5, 9, 200)
    return draw.norms({"transformer": (sizes, "kurtosis 6.1"), "CNN": (sizes / 9, "kurtosis 3.0")})


def fair():
    gains = {name: np.full(5, i / 10) for i, name in enumerate(draw.STYLES)}
    paths = {name: np.linspace(6, 4, 30) for name in draw.STYLES}
    return draw.fair(gains, paths, 5)


def referee():
    curves = {name: np.outer(np.geomspace(6, 0.02, 40), [1, 2, 0.5])
              for name in ("momentum SGD", "norm clip", "Adam")}
    return draw.referee({"bare": curves, "normalised": curves})


PICTURES = [opening, tails, moments, theory, table, norms, fair, referee]


@pytest.mark.parametrize("make", PICTURES)
def test_no_text_leaves_the_canvas(make):
    assert overflow(make()) == []


@pytest.mark.parametrize("make", PICTURES)
def test_every_axis_says_what_it_shows(make):
    for ax in make().axes:
        assert ax.get_xlabel()
        assert ax.get_ylabel() or ax.get_shared_y_axes().joined(ax, ax.figure.axes[0])


def test_opening_writes_the_worst_distance_of_each_tile():
    words = [" ".join(t.get_text() for t in ax.texts) for ax in opening().axes]
    for number, text in zip(("1.1", "48", "1"), words, strict=True):
        assert f"worst distance {number}" in text


def test_theory_keeps_every_slope_on_its_axis():
    low, high = theory().axes[0].get_ylim()
    assert low < -3.0 and high > 0.7


def test_table_marks_median_mean_and_worst():
    ax = table().axes[0]
    marks = {line.get_marker(): line.get_xdata()[0] for line in ax.lines
             if line.get_marker() != "None"}
    assert marks == {"o": 1.0, "D": 3.0, "x": 1e5}


def test_each_method_looks_the_same_in_both_comparisons():
    looks = [{line.get_label(): line.get_color() for line in fig.axes[i].lines
              if not line.get_label().startswith("_")} for fig, i in ((fair(), 0), (referee(), 0))]
    assert looks[1].items() <= looks[0].items()


def test_the_panels_walk_is_the_librarys_cut():
    noise = torch.randn(30, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    k = torch.arange(1, 31, dtype=torch.float64)[:, None]
    taus = threshold(k, alpha=1.5) * torch.tensor([0.3, torch.inf], dtype=torch.float64)
    x = torch.full((2, 4), 3.0, dtype=torch.float64)
    for i in range(30):
        x = x - min(1, 4 / (i + 2)) * clip_coordinates(x + noise[i], taus[i][:, None])
    torch.testing.assert_close(_walk(noise, taus)[:, -1], x)


def test_balance_panel_has_a_valley_only_when_errors_lean_to_one_side():
    panel = draw.BalancePanel()
    sided, even = (panel.compute(tail=1.5, tau=2.0, one_sided=s) for s in (1.0, 0.0))
    assert 0 < int(sided.late.argmin()) < len(sided.late) - 3
    assert int(even.late.argmin()) == 0
    assert "about 1" in panel.say() and "tightest" in panel.say(one_sided=0.0)
    assert sided.late[-1] == pytest.approx(sided.uncut, rel=0.05)


def test_rest_panel_rests_where_the_root_is():
    panel = draw.RestPanel()
    data = panel.compute(tau=1.0, power=0.7, one_sided=1.0)
    fixed, growing, plain = (band[:, -1] for band in data.bands)
    assert fixed[1] == pytest.approx(data.place, abs=0.05)
    assert fixed[2] - fixed[0] < (plain[2] - plain[0]) / 3
    assert abs(growing[1]) < fixed[1] / 2
    assert np.isnan(panel.compute(tau=1.0, power=0.7, one_sided=0.5).place)
    assert "The minimum is at 0" in panel.say()


def test_outlier_panel_lets_the_outlier_raise_its_own_threshold():
    panel = draw.OutlierPanel()
    small, large = (panel.compute(size=s, beta1=0.9, beta2=0.99) for s in (100.0, 1e4))
    at = panel.at
    assert large.tau[at] == pytest.approx(0.99 * large.tau[at - 1] + 0.01 * 1e4)
    assert large.share > 50 * small.share / 2
    assert panel.compute(size=1e4, beta1=0.99, beta2=0.99).clipped == 0


def test_outlier_panel_steps_as_the_library_does():
    panel = draw.OutlierPanel()
    data = panel.compute(size=50.0, beta1=0.5, beta2=0.95)
    state = State.at_rest(torch.zeros((), dtype=torch.float64))
    for g in panel.noise[:20]:
        before, state = state, acclip_step(state, g, lr=1.0, betas=(0.5, 0.95))
    assert data.moved[19] == pytest.approx(float((state.x - before.x).abs()))


def test_balance_panel_draws_cut_blue_and_moves_its_dot():
    panel = draw.BalancePanel()
    panel.draw()
    panel.update(panel.compute(tail=1.5, tau=10.0, one_sided=1.0))
    assert panel.dot.get_xdata()[0] == 10.0 and panel.thick[1].get_color() == METHOD
