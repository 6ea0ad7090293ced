"""The pictures of chapter 03, drawn from small data: the facts are in them, nothing is cut off."""

import numpy as np
import pytest
import torch

from gradcourse.methods.games import MeanFieldGame, QuadraticGame, wavy_payoff
from gradcourse.pictures import games as draw
from gradcourse.pictures.style import FAILURE, METHOD, overflow

TOY = QuadraticGame.scalar(1.0, 1.0)
TIMES = np.linspace(0, 24, 97)
ETAS = np.geomspace(0.1, 1000, 9)


def opening():
    curve = np.exp(-TIMES / 3)
    return draw.opening({f"{w}, η = {e}": (curve, curve / 2) for w, e in
                         (("slow", 0.25), ("matched", 4), ("fast", 100))}, TIMES, ["a", "b", "c"])


def eigenvalues():
    etas = torch.tensor([0.1, 1.0, 3.9, 4.0, 12.0, 100.0], dtype=torch.float64)
    return draw.eigenvalues(etas, TOY.spectrum(etas).numpy(), [1.0, 4.0, 12.0])


def theory():
    crowds = {eta: (TIMES, np.exp(-0.2 * TIMES), (0.0, 1.0), 0.2) for eta in (0.1, 1.0, 10.0)}
    etas = np.geomspace(0.02, 60, 9)
    return draw.theory(etas, 0.03 + 0 * etas, 0.01 + 0 * etas, (0.4, 0.025),
                       ([0.1, 1.0], [0.03, 0.026]), crowds)


def failure():
    k = np.arange(201)
    grown = {eta: (1 + 0.04 * eta) ** (k / 2) for eta in (16.0, 4.0, 1.0, 0.25)}
    others = {name: 0.98**k for name in ("alternating", "extragradient", "optimistic")}
    return draw.failure(k, grown, grown, others, 0.2)


def fair():
    needed = {name: 100 + ETAS for name in draw.STYLES}
    needed["simultaneous"] = np.where(ETAS < 5, np.inf, 200.0)
    runs = {name: np.outer(0.98 ** np.arange(201), [1.0, 2.0, 3.0]) for name in draw.STYLES}
    return draw.fair(ETAS, needed, 1200, range(201), runs, 0.05)


def referee():
    near = np.geomspace(0.03, 30, 31)
    count = 648 * np.maximum(near / 0.34, 0.34 / near) ** 0.9
    return draw.referee([(name, near / c**2, count) for name, c in
                         (("10 times larger", 10.0), ("as given", 1.0), ("smaller", 0.1))])


def meeting():
    curves = {name: np.exp(-TIMES) for name in ("same noise", "reflected noise")}
    return draw.meeting(TIMES, curves, curves | {"own noise each": np.exp(-TIMES / 9)})


def gan():
    etas = [0.1, 1.0, 30.0]
    rows = {name: ([0.2, 0.1, 0.1], [0.3, 0.12, 0.2], [0.4, 0.2, 900.0]) for name in
            ("simultaneous", "alternating", "optimistic")}
    return draw.gan(etas, rows, 0.07)


PICTURES = [opening, eigenvalues, theory, failure, fair, referee, meeting, gan]


def texts(fig):
    return [t.get_text() for t in fig.findobj(lambda a: hasattr(a, "get_text"))]


@pytest.mark.parametrize("make", PICTURES)
def test_no_text_leaves_the_canvas(make):
    assert overflow(make()) == []


@pytest.mark.parametrize("make", PICTURES)
def test_every_axis_says_what_it_shows(make):
    for ax in make().axes:
        assert ax.get_xlabel() and ax.get_ylabel()


def test_referee_marks_each_minimum():
    written = [float(t.split("=")[1]) for t in texts(referee()) if t.startswith("best")]
    np.testing.assert_allclose(np.diff(np.log10(written)), [2, 2], atol=0.02)


def test_fair_shows_what_never_arrives():
    left = fair().axes[0]
    lost = [ln for ln in left.lines if np.allclose(ln.get_ydata(), 1800)]
    assert len(lost) == 1 and lost[0].get_color() == METHOD
    np.testing.assert_allclose(lost[0].get_xdata(), ETAS[ETAS < 5])


def test_a_thrown_out_gan_stays_on_its_axis():
    ax = gan().axes[0]
    assert all(np.max(ln.get_ydata()) < ax.get_ylim()[1] for ln in ax.lines)


def test_failure_draws_the_law_on_the_runs():
    ax = failure().axes[0]
    dashed = [ln for ln in ax.lines if ln.get_color() == "#000000"]
    runs = [ln for ln in ax.lines if ln.get_color() == FAILURE]
    assert len(dashed) == len(runs) == 4
    for one, two in zip(dashed, runs, strict=True):
        np.testing.assert_allclose(one.get_ydata(), two.get_ydata())


def test_ratio_panel_measures_what_theory_says():
    panel = draw.RatioPanel()
    for settings in ({}, {"eta": 9.5}, {"h": 0.1}, {"r": 0.2}, {"r": 2.0, "eta": 0.3}):
        data = panel.compute(**panel.settings(**settings))
        assert data.measured == pytest.approx(data.predicted, rel=0.05, abs=2e-3)
    assert panel.compute(**panel.settings()).limit == pytest.approx(4 / (0.25 * 1.75))


def test_ratio_panel_says_where_it_is():
    panel = draw.RatioPanel()
    assert "it circles" in panel.say() and "goes home" in panel.say(eta=4.0)
    assert "crawls" in panel.say(eta=8.0) and "past it" in panel.say(eta=9.5)
    assert "every ratio diverges" in panel.say(r=0.2)


def test_cross_panel_proves_nothing_without_a_cross_term_and_never_too_much():
    panel = draw.CrossPanel()
    assert panel.compute(share=0.0, eta=2.0).here == pytest.approx(0, abs=1e-12)
    for eta in (0.1, 1.0, 4.0, 20.0):
        data = panel.compute(share=0.4, eta=eta)
        assert data.proved.max() <= data.rate * (1 + 1e-9)
    assert "proves rate 0" in panel.say() and "Too much" in panel.say(share=0.9)


def test_cross_panels_ellipse_is_a_level_of_its_energy():
    data = draw.CrossPanel().compute(share=0.4, eta=3.0)
    eps = 0.4 * float(TOY.largest_eps(3.0))
    x, y = (torch.tensor(part)[:, None] for part in data.ring)
    energy = TOY.energy(x, y, 3.0, eps)
    assert torch.allclose(energy, torch.full_like(energy, 0.5))


def test_crowd_panel_is_the_linearised_rate():
    data = draw.CrowdPanel().compute(tau=0.3, eta=2.0)
    want = MeanFieldGame(wavy_payoff(), 0.3, 32).rate([2.0])
    assert data.rate == pytest.approx(float(want))
    assert data.mu.mean() == pytest.approx(1) and data.rates.min() > 0
