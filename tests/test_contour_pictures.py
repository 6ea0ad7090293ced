"""The pictures of chapter 04, drawn from small data: the facts are in them, nothing is cut off."""

import numpy as np
import pytest
import torch

from gradcourse.methods import contour as ct
from gradcourse.pictures import contour as draw
from gradcourse.pictures.style import FAILURE, METHOD, REPAIRED, overflow

X = np.linspace(-9, 9, 61)
BELL = np.exp(-((X - 4) ** 2) / 2) / 2.51
WIDTHS = [1, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32]


def opening():
    means = {"target": 3.2, "visits": 0.5, "reweighted": 3.1}
    paths = {"plain": np.full(50, -4.0), "flattened": np.linspace(-4, 6, 50)}
    densities = {"target": BELL, "visits": 0 * BELL + 0.06, "reweighted": 0.9 * BELL}
    return draw.opening(np.arange(50), paths, X, densities, means)


def visits():
    edges = 0.25 * np.arange(36)
    return draw.visits(edges, 0.4 * np.exp(-edges), 0.1 * np.exp(-edges / 4))


def staircase():
    u = np.linspace(0, 3, 50)
    forces = {"plain": -X, "rounded": -X, "straight": -X / 9}
    return draw.staircase(u, np.floor(-u), -u, X, forces)


def theory():
    z = np.linspace(0, 1, 6)
    dots = {"zeta": z, "share": 1 - 0.9 * z, "flat": (3.2 - 3 * z, 0.2 + 0 * z),
            "reweighted": (3.2 + 0 * z, 0.1 + 0 * z)}
    return draw.theory(z, 3.2 - 3 * z, 1 - 0.9 * z, 3.2, dots)


def positions():
    z = np.linspace(0, 1, 6)
    return draw.positions(z, 3.2 - z, 3.2 - 4 * z, 3.2 + z / 3, 3.2, 3.2 + 0 * z)


def bins():
    line = {"masses": 0.2 * np.sqrt(WIDTHS), "mean": np.full(6, 0.15), "worst": np.full(6, 2.5)}
    return draw.bins(WIDTHS, line, (WIDTHS[:5], 0.1 * np.sqrt(WIDTHS[:5])))


def finite_steps():
    means = {"published": [3.1, 2.9, 1.8], "interpolated": [3.2, 3.1, 2.7]}
    dots = {"published": (0.03, 1.75, 0.1), "interpolated": (0.03, 2.75, 0.1)}
    return draw.finite_steps([0.003, 0.01, 0.03], means, 3.2, dots)


def fair():
    values = {name: np.linspace(1.8, 5.0 - k, 40) for k, name in enumerate(draw.STYLES)}
    errors = {name: 2.0 / (k + 1) for k, name in enumerate(values)}
    return draw.fair(values, 1.99, 5.1, errors, "estimated centre (cm)")


def calibration():
    curves = {name: (np.array([0.02, 0.3, 0.7, 0.99]), np.array([0.0, 0.3, 0.8, 1.0]))
              for name in ("plain", "flattened", "reweighted")}
    return draw.calibration(curves, [400, 40, 90, 800])


def plane():
    axis = np.linspace(-2.5, 2.5, 31)
    density = np.cos(1.2 * np.pi * axis)[:, None] * np.cos(1.2 * np.pi * axis)
    paths = {name: np.random.default_rng(0).normal(size=(40, 2)) for name in "abc"}
    return draw.plane(axis, density, paths)


def referee():
    s = np.linspace(0.02, 0.5, 9)
    dots = {"share": s, "flat": (2 - 4 * s, 0.3 + 0 * s), "reweighted": (4 - 8 * s, 0.2 + 0 * s)}
    return draw.referee(s, 4 - 8 * s, 2 - 4 * s, dots)


PICTURES = [opening, visits, staircase, theory, positions, bins, finite_steps, fair, calibration,
            plane, referee]


@pytest.mark.parametrize("make", PICTURES)
def test_no_text_leaves_the_canvas(make):
    assert overflow(make()) == []


@pytest.mark.parametrize("make", PICTURES)
def test_every_axis_says_what_it_shows(make):
    for ax in make().axes:
        shared = ax.get_shared_y_axes().joined(ax, ax.figure.axes[0])
        assert ax.get_xlabel() and (ax.get_ylabel() or shared or make is fair)


def test_opening_points_at_three_averages():
    marks = {ln.get_ydata()[0] for ln in opening().axes[1].lines if len(ln.get_ydata()) == 1}
    assert marks == {3.2, 0.5, 3.1}


def test_positions_draws_the_repaired_mean_on_the_truth():
    green = [ln for ln in positions().axes[0].lines if ln.get_color() == REPAIRED]
    np.testing.assert_allclose(green[0].get_ydata(), 3.2)


def test_fair_writes_an_error_for_every_method_and_draws_every_chain():
    fig = fair()
    texts = [t.get_text() for t in fig.axes[0].texts]
    assert {"2", "1", "0.67", "0.5", "0.4"} <= set(texts)
    assert sum(len(ln.get_xdata()) == 40 for ln in fig.axes[0].lines) == len(draw.STYLES)


def test_theory_bars_stand_on_the_runs():
    blue = [ln for ln in theory().axes[0].lines
            if ln.get_color() == METHOD and ln.get_marker() == "o"]
    np.testing.assert_allclose(blue[0].get_ydata(), 3.2 - 3 * np.linspace(0, 1, 6))


def test_flat_panel_is_quadrature():
    panel = draw.FlatPanel()
    data = panel.compute(zeta=0.75, small=0.1, du=0.25)
    assert data.means[0] == pytest.approx(3.2, abs=1e-6)
    assert data.means[1] == pytest.approx(1.11, abs=0.02)
    assert np.interp(0.75, panel.zetas, data.shares) == pytest.approx(0.333, abs=0.005)
    assert data.errors[0] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(data.flat.sum(), data.target.sum(), rtol=1e-9)


def test_flat_panel_says_what_happened():
    panel = draw.FlatPanel()
    assert "1.11 instead of 3.20" in panel.say()
    assert "by symmetry" in panel.say(small=0.5)
    assert "barrier" in panel.say(zeta=1.2) and "barrier" not in panel.say()
    assert "every sample counts" in panel.say(zeta=0.0)


def test_rounding_panel_is_the_exact_fixed_point():
    panel = draw.RoundingPanel()
    data = panel.compute(zeta=0.75, du=0.25, shift=0.0)
    x, u = panel.x, panel.target.value(panel.x)
    p, cut = (-u).softmax(0), {"u0": float(u.min()), "du": 0.25}
    theta = ct.published_fixed_point(p, u, zeta=0.75, m=36, **cut)
    np.testing.assert_allclose(data.ratio, theta / ct.bin_masses(p, u, m=36, **cut))
    assert data.means[1] == pytest.approx(3.19, abs=0.02)
    assert "dies out" in panel.say() and "never settles" in panel.say(zeta=1.0)
    assert "masses and mean are right" in panel.say(zeta=0.0)
    panel.draw()
    assert panel.ratio.get_color() == FAILURE and len(x) == 6001


def test_chain_panel_replays_what_the_chain_had_learnt():
    panel = draw.ChainPanel()
    from gradcourse.pictures.contour_parts import panels

    path, w, J = panels._learning_run(0.75, 0.02)
    theta = torch.full((panel.m,), 1 / panel.m, dtype=torch.float64)
    for j, by in zip(J.tolist(), (0.02 * w).tolist(), strict=True):
        theta = (1 - by) * theta
        theta[j] += by
    np.testing.assert_allclose(panels._learnt(J, 0.02 * w, panel.m), theta, rtol=1e-9)
    assert panel.compute(time=8.0, zeta=0.75, omega=0.02).crossings > 0
    assert panel.compute(time=8.0, zeta=0.0, omega=0.02).crossings == 0
    assert "has not left its well" in panel.say(zeta=0.0)
