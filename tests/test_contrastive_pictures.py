"""The pictures of chapter 06, drawn from small data: the facts are in them, nothing is cut off."""

import math

import numpy as np
import pytest
import torch

from gradcourse.methods.contrastive import local_temperature, pull, release_cosine
from gradcourse.pictures import contrastive as draw
from gradcourse.pictures.style import METHOD, overflow

NAMES = ("τ = 0.05", "τ = 0.1", "τ = 1", draw.FREE)


def opening():
    return draw.opening({name: np.linspace(85, 10 * k, 151) for k, name in enumerate(NAMES)})


def coordinates():
    theta = np.linspace(0.02, 90, 50)
    curves = {name: np.full(50, 10.0**-k) for k, name in
              enumerate(("τ = 0.05", "τ = 0.1", "τ = 0.5", draw.FREE))}
    return draw.coordinates(theta, {"by the cosine": curves, "by the angle": curves})


def hidden():
    s = torch.linspace(-0.99, 0.99, 60)
    return draw.hidden(s, {a: local_temperature(s, alpha=a) for a in (0.5, 1.0, 2.0)}, (-0.1, 0.1))


def theory():
    taus = np.geomspace(0.03, 0.35, 40)
    laws = {n: np.where(taus < 0.2, 60 - 200 * taus, np.nan) for n in (64, 256, 1024)}
    return draw.theory(taus, laws, {n: (taus[::8], np.full((5, 3), 30.0)) for n in laws},
                       (256, 7.0))


def collapse():
    spreads, names = np.geomspace(1, 0.01, 9), (draw.FREE, "τ = 0.1", "τ = 0.5")
    losses = {name: np.linspace(1, k + 1, 9) for k, name in enumerate(names)}
    cosines = {name: np.full((4, 3), 0.1 * k) for k, name in enumerate(names)}
    return draw.collapse(spreads, losses, math.log(256), [0.01, 0.1, 0.3, 1.0], cosines)


def curves():
    runs = np.stack([np.outer([1, 1.1], np.linspace(20, 60, 5))] * 2, -1)
    return draw.curves(np.arange(5) * 30, {name: runs for name in NAMES[1:]})


def fair():
    rows = {name: (np.full(10, 80.0 + k), np.full(10, 60.0 - k), (1.0, 2.0, 3.0))
            for k, name in enumerate(("learnt τ", "τ = 0.125", "τ = 1"))}
    rows["α = 1"] = np.full(10, 80.0), np.full(10, 55.0), (0.0, 0.0, 0.0)
    rows["untrained"] = np.full(10, 93.0), np.full(10, 15.0), None
    return draw.fair(rows, "α = 1")


def referee():
    taus = [1, 0.5, 0.25, 0.125, 0.0625], np.full((5, 10), 60.0)
    alphas = [0.5, 1, 2, 4, 8], np.full((5, 10), 58.0)
    return draw.referee({draw.SHARE: (taus, alphas), "probe (%)": (taus, alphas)})


PICTURES = [opening, coordinates, hidden, theory, collapse, curves, fair, referee]


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


def test_a_loss_looks_the_same_in_every_picture():
    def look(ax, name):
        color, line, _ = draw.STYLES[name]
        return [ln for ln in ax.lines if ln.get_color() == color]
    for make in (opening, coordinates, collapse, curves):
        assert look(make().axes[0], draw.FREE) and look(make().axes[0], "τ = 0.1")


def test_strangers_of_a_smaller_batch_are_the_first_of_a_larger_one():
    assert torch.equal(draw.strangers(64), draw.strangers(256)[:63])
    assert len(draw.strangers(256)) == 255
    assert float(draw.strangers(1024).std()) == pytest.approx(1 / math.sqrt(32), rel=0.1)


def test_fair_writes_gains_with_their_half_width_and_none_for_the_base():
    words = texts(fair())
    assert words.count("+2.0 ± 1.0") == 3
    assert "gain over this" in words


def test_referee_puts_a_power_at_one_over_twice_its_value():
    for ax in referee().axes:
        blue = [ln for ln in ax.lines if ln.get_color() == METHOD and ln.get_marker() == "o"]
        np.testing.assert_allclose(blue[0].get_xdata(), [1, 0.5, 0.25, 0.125, 0.0625])


def test_pull_panel_draws_the_librarys_pull_and_release():
    panel = draw.PullPanel()
    data = panel.compute(temperature=0.1, alpha=2.0, n=100.0)
    others, theta = draw.strangers(100), panel.theta.deg2rad()
    np.testing.assert_allclose(data.warm, pull(theta, others, temperature=0.1))
    np.testing.assert_allclose(data.free, pull(theta, others, alpha=2.0))
    want = math.degrees(math.acos(release_cosine(others, alpha=2.0)))
    assert data.free_ends == pytest.approx(want)


def test_pull_panel_says_when_a_temperature_never_lets_go():
    panel = draw.PullPanel()
    assert "lets go at" in panel.say() and "never" not in panel.say()
    assert "τ = 0.3 never lets go" in panel.say(temperature=0.3)
    assert panel.compute(temperature=0.1, alpha=1.0, n=1024.0).warm_ends < 40


def test_circle_panel_walks_down_both_losses_and_starts_where_it_says():
    panel = draw.CirclePanel()
    start = panel.compute(steps=0, arc=300, gap=40)
    assert start.partners == (pytest.approx(40), pytest.approx(40))
    good = panel.compute(steps=300, arc=300, gap=40)
    assert max(good.partners) < 1 and min(good.strangers) > 50


def test_circle_panel_shows_both_failures_of_the_log_odds():
    panel = draw.CirclePanel()
    crowd = panel.compute(steps=300, arc=100, gap=10)
    assert crowd.strangers[0] > 50 > 25 > crowd.strangers[1]
    caught = panel.compute(steps=300, arc=100, gap=40)
    assert caught.partners[0] < 2 < 20 < caught.partners[1]


def test_circle_panels_turns_are_the_gradient():
    """The step of each view is minus lr times autograd's gradient of both directions' mean sum."""
    panel = draw.CirclePanel()
    start = np.stack([np.linspace(0, 4, 6), np.linspace(0.2, 4.3, 6)])
    for loss in ({"temperature": 0.5}, {"alpha": 1.0}):
        x = torch.tensor(start, requires_grad=True)
        s = torch.cos(x[0][:, None] - x[1])
        logits = s / 0.5 if "temperature" in loss else 2 * torch.atanh(s)
        both = sum((v.logsumexp(1) - v.diag()).sum() for v in (logits, logits.T)) / 2
        both.backward()
        moved = panel._walk(start, 1, **loss)[1] - start
        np.testing.assert_allclose(moved, -panel.lr * x.grad.clamp(-3, 3), atol=1e-9)
