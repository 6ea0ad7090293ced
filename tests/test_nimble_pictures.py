"""The pictures of chapter 07, drawn from small data: the facts are in them, nothing is cut off."""

import numpy as np
import pytest
import torch

from gradcourse.methods.nimble import born, predict, ramp_mask, sigmoid_mask, size_path, train
from gradcourse.pictures import nimble as draw
from gradcourse.pictures.nimble_parts import quick
from gradcourse.pictures.style import BASELINE, EXTRA, FAILURE, METHOD, REPAIRED, overflow
from gradcourse.problems import bessel_curve

X = np.linspace(-1, 1, 9)
K = np.arange(601)
GROWN = 6 - 5.5 * np.exp(-K / 100)
LRS = [0.01, 0.1, 0.4]
RATE = np.array([0.0, 0.4, 0.9])
RATES = {arm: (RATE - 0.1, RATE, RATE + 0.1) for arm in ("static", "learnt", "ramp", "birth")}
ERRORS = {arm: torch.tensor([6.0, 7.0, 9.5]) for arm in ("static", "learnt", "ramp", "pruned")}


def opening():
    shots = [(step, np.clip(n - np.arange(6), 0, 1), np.sin(3 * X))
             for step, n in ((10, 1), (60, 2), (200, 4), (600, 5.9))]
    return draw.opening(X, np.sin(3 * X), shots, GROWN)


def valley():
    sizes = np.linspace(0, 3, 301)
    task = (sizes % 1 - 0.5) ** 2 + 3 - sizes
    return draw.valley(sizes, task, 0.5, 2.75, task[100::100])


def kick():
    ages = np.arange(1, 301)
    bump = np.exp(-((np.log(ages) - 2.5) ** 2))
    return draw.kick(ages, {"born at step 30": 1 + bump, "born at step 200": 1 + 2 * bump,
                            "born at step 2000": 1 + 5 * bump})


def theory():
    speeds = np.geomspace(0.006, 0.7, 5)
    return draw.theory(speeds, np.outer(np.linspace(3, 6, 5), [0.99, 1.01]), np.linspace(3, 6, 5),
                       (np.full(5, 0.2), np.full(5, 0.5), np.full(5, 0.8)), 0.05, 0.02)


def loophole():
    paths = {"start 4, price 0.003:\nstuck between whole numbers": np.full((9, 3), 4.5),
             "start 1/2, price 0.2:\nbelow zero nothing is left to learn":
                 np.outer(np.arange(9), [-1.0, -1.5])}
    return draw.loophole(paths, np.array([0.25, 0.5]), np.array([8.0, 4.0]), 1.5)


def referee():
    return draw.referee(LRS, RATES)


def race():
    rates = {arm: RATES["static"] for arm in ("static", "learnt", "ramp", "pruned")}
    losses = {arm: torch.tensor([-3.0, -2.0, -1.0]) for arm in ("static", "learnt", "ramp")}
    return draw.race([5, 6, 8], rates, {6: losses, 10: losses})


def fair():
    return draw.fair(ERRORS, dict.fromkeys(ERRORS, 5.5))


def shop():
    return draw.shop([0.03, 0.003], torch.tensor([[1.0, 2.0, 3.0], [5.0, 6.0, 9.0]]), [4.0, 5.0])


PICTURES = [opening, valley, kick, theory, loophole, referee, race, fair, shop]


def texts(fig):
    return [t.get_text() for t in fig.findobj(lambda a: hasattr(a, "get_text"))]


def drawn(ax, color):
    return [ln for ln in ax.lines if ln.get_color() == color]


@pytest.mark.parametrize("make", PICTURES)
def test_no_text_leaves_the_canvas(make):
    assert overflow(make()) == []


@pytest.mark.parametrize("make", PICTURES)
def test_every_axis_says_what_it_shows(make):
    for ax in make().axes:
        shared = ax.get_shared_x_axes().get_siblings(ax) + ax.get_shared_y_axes().get_siblings(ax)
        if ax.axison:
            assert any(other.get_xlabel() for other in shared)
            assert any(other.get_ylabel() for other in shared)


def test_opening_fills_as_many_neurons_as_are_open():
    fig = opening()
    networks = [ax for ax in fig.axes if not ax.axison]
    for ax, n in zip(networks, (1, 2, 4, 5.9), strict=True):
        discs = [ln for ln in drawn(ax, METHOD) if ln.get_marker() == "o"]
        assert sum(disc.get_alpha() for disc in discs) == pytest.approx(n)
    assert [ax.get_title("left") for ax in networks] == [f"N = {GROWN[s]:.2g}"
                                                   for s in (10, 60, 200, 600)]


def test_valley_marks_the_best_and_every_whole_neuron():
    ax = valley().axes[0]
    star = next(ln for ln in ax.lines if ln.get_marker() == "*")
    assert star.get_xdata()[0] == 2.75
    whole = next(ln for ln in ax.lines if ln.get_marker() == "o")
    assert list(whole.get_xdata()) == [1, 2, 3]


def test_theory_lays_dots_on_the_recursion_and_tints_what_never_arrives():
    top, low = theory().axes
    dashed = next(ln for ln in top.lines if ln.is_dashed())
    np.testing.assert_allclose(dashed.get_ydata(), np.linspace(3, 6, 5))
    tint = max(patch.get_extents().x1 for patch in low.patches)
    assert tint == pytest.approx(low.transData.transform((0.02, 0))[0])


def test_loophole_draws_the_hyperbola_of_one_function():
    right = loophole().axes[1]
    dashed = next(ln for ln in right.lines if ln.is_dashed())
    np.testing.assert_allclose(np.prod(dashed.get_xydata(), axis=1), 2.0)


def test_an_arm_looks_the_same_in_every_comparison():
    looks = [{ln.get_label(): (ln.get_color(), ln.get_linestyle()) for ln in ax.lines
              if not ln.get_label().startswith("_")} for ax in (referee().axes[0], race().axes[0])]
    both = set(looks[0]) & set(looks[1])
    assert len(both) == 3
    assert all(looks[0][words] == looks[1][words] for words in both)
    assert len(set(looks[0].values())) == 4


def test_race_bars_the_medians_of_the_spirals():
    right = race().axes[1]
    bars = [ln for ln in right.lines if len(ln.get_xdata()) == 2]
    assert len(bars) == 6
    np.testing.assert_allclose([ln.get_ydata()[0] for ln in bars], 1e-2)


def test_fair_writes_every_mean_and_pairs_the_cuts():
    fig = fair()
    assert texts(fig).count("7.5 %") == 4
    paired = [ln for ln in fig.axes[0].lines if len(ln.get_xdata()) == 4]
    assert len(paired) == 3


def test_shop_joins_medians():
    ax = shop().axes[0]
    line = next(ln for ln in drawn(ax, METHOD) if ln.get_marker() == "o")
    np.testing.assert_allclose(line.get_ydata(), [2, 6])
    np.testing.assert_allclose(drawn(ax, REPAIRED)[0].get_ydata(), [4, 5])


# --- panels -------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [
    {"lr_size": 0.05, "target": 5.0},
    {"lr_size": 0.05, "price": 0.1, "weight": 1.0, "softness": 0.3, "low": -np.inf},
    {"lr_size": 0.05, "price": 0.3, "weight": 1.0, "low": -np.inf},
    {"lr_size": 0.0},
])
def test_quick_runs_are_the_librarys(how):
    x, y = (part[::16] for part in bessel_curve(481))
    first = born([0, 1, 2], 1, 1, 5, start=2.2)
    want = train(first, x, y, steps=80, lr=0.1, drop=(0.7, 0.1), **how)
    got = quick.run(first.neurons.numpy(), first.size.numpy(), x[:, 0].numpy(), y[:, 0].numpy(),
                    quick.Settings(80, **how))
    np.testing.assert_allclose(got.sizes, want.sizes, atol=1e-8)
    np.testing.assert_allclose(got.losses, want.losses, atol=1e-8)
    curve = predict(want.crowd, x, softness=how.get("softness", 0.0))[..., 0]
    mine = quick.fit(got.neurons, got.bias, got.sizes[-1], x[:, 0].numpy(),
                     how.get("softness", 0.0))
    np.testing.assert_allclose(mine, curve, atol=1e-7)


@pytest.mark.parametrize("softness", [0.0, 0.4])
def test_quick_shares_are_the_masks(softness):
    size = torch.tensor([-0.5, 0.3, 2.0, 4.7], dtype=torch.float64)
    want = ramp_mask(size, 4) if softness == 0 else sigmoid_mask(size, 4, softness)
    got, slopes = quick.shares(size.numpy(), 4, softness)
    np.testing.assert_allclose(got, want)
    ahead = quick.shares(size.numpy() - 1e-7, 4, softness)[0]
    np.testing.assert_allclose((got - ahead) / 1e-7, slopes, atol=1e-5)


def test_grow_panel_tells_too_slow_in_time_and_too_fast():
    panel = draw.GrowPanel()
    assert "comes near 6" in panel.say()
    assert panel.say(lr_size=0.008).startswith("Too slow")
    assert panel.say(lr_size=0.6).startswith("Full after 1")
    data = panel.compute(**panel.start())
    assert data.errors[0] < 0.01 < data.errors[1]
    want = size_path(0.03, 600, 0.5, 6.0, drop=(0.7, 0.1))
    np.testing.assert_allclose(data.predicted, want, atol=1e-12)


def test_grow_panel_fills_the_neurons_it_has():
    panel = draw.GrowPanel()
    panel.draw()
    data = panel.compute(**panel.settings(target=3))
    panel.update(data)
    assert sum(disc.get_alpha() for _, disc in panel.parts) == pytest.approx(data.sizes[-1])
    assert panel.curve.get_color() == METHOD and panel.still.get_color() == BASELINE


def test_price_panel_falls_shut_from_half_a_neuron_at_a_high_price():
    panel = draw.PricePanel()
    assert "8 of 8 stop" in panel.say()
    assert "fall below zero" in panel.say(price=0.3, start=0.5)
    assert panel.say(price=1.0, start=0.5).startswith("All eight")
    panel.draw()
    data = panel.compute(**panel.settings(price=0.3, start=0.5))
    panel.update(data)
    shut = data.sizes[-1] <= 0
    assert [line.get_color() == FAILURE for line in panel.paths] == shut.tolist()
    assert np.isnan(data.parts).tolist() == shut.tolist()


def test_price_panel_shows_the_loophole():
    panel = draw.PricePanel()
    data = panel.compute(**panel.start())
    assert np.nanmedian(data.weights) > 1.5 * data.others
    assert EXTRA[0] not in {line.get_color() for line in panel.draw().axes[0].lines}
