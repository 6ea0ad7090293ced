"""The pictures of chapter 08, drawn from small data: the facts are in them, nothing is cut off."""

import numpy as np
import pytest

from gradcourse.evidence import contrast, power_of, seeds_needed
from gradcourse.pictures import entangled as draw
from gradcourse.pictures.style import FAILURE, REPAIRED, overflow
from gradcourse.recorded import load

GAINS = {"must help: a tenth more steps": [24, 28, 33, 30], "placebo": [0.1, -0.2, 0.1, 0.0],
         "claim: mix gradients": [-60, -40, -90, -70], "align": [-30, 8, 20, 9]}


def opening():
    rng = np.random.default_rng(0)
    aligned = {name: end + 0.02 * rng.normal(size=(60, 3)) for name, end in
               (("plain", 0), ("align", 0.2), ("oppose", -0.2))}
    return draw.opening(aligned, {name: 2 + np.exp(-a - 1) for name, a in aligned.items()})


def mixing():
    return draw.mixing(list("x = y + 1"), {"rows of length one": np.full((9, 9), 1 / 9),
                                           "layer-normalised rows": 0.4 * np.eye(9) + 0.06})


def theory():
    lams = np.geomspace(1e-3, 0.3, 8)
    return draw.theory(lams, {"inner product: slope 2,\nthe same method": 0.3 * lams**2,
                              "cosine: slope 1, another method": lams},
                       {"block 1": np.full(50, 0.1), "last block": np.full(50, 1e-5)})


def failure():
    runs = np.array([[2.7, 2.8], [3.0, 4.0], [6.5, np.nan]])
    return draw.failure([0.1, 0.3, 1.0], {"inner product": runs, "cosine": np.full((3, 2), 2.8)},
                        2.7, 4.57)


def forest():
    return draw.forest("The audit sees a gain where one is", [
        (contrast(name, row, 10.0), row) for name, row in GAINS.items()], 10.0)


def promises():
    rows = [(-20.0, -15.0, -12.0, 8), (-2.0, 0.0, 3.0, 8), (11.0, 14.0, 20.0, 8)]
    return draw.promises({f"promise {i}, mnat": (rows, 10.0) for i in range(5)},
                         ["mix", "un-mix", "align"])


PICTURES = [opening, mixing, theory, failure, forest, promises]


@pytest.mark.parametrize("make", PICTURES)
def test_no_text_leaves_the_canvas(make):
    assert overflow(make()) == []


@pytest.mark.parametrize("make", PICTURES)
def test_every_axis_says_what_it_shows(make):
    for ax in make().axes:
        assert ax.get_xlabel()
        assert ax.get_ylabel() or ax.get_shared_y_axes().joined(ax, ax.figure.axes[0])


def test_forest_draws_each_interval_and_writes_its_word():
    ax = forest().axes[0]
    words = [text.get_text() for text in ax.texts]
    for i, (name, row) in enumerate(GAINS.items()):
        want = contrast(name, row, 10.0)
        line = next(line for line in ax.lines if line.get_linewidth() == 3 and
                    line.get_ydata()[0] == i)
        assert tuple(line.get_xdata()) == pytest.approx((want.interval.low, want.interval.high))
        assert want.word in words
    assert [label.get_text() for label in ax.get_yticklabels()] == list(GAINS)


def test_failure_keeps_a_broken_run_on_the_axis():
    ax = failure().axes[0]
    assert max(np.max(line.get_ydata()) for line in ax.lines) <= ax.get_ylim()[1]
    assert all(np.isfinite(line.get_ydata()).all() for line in ax.lines)


def test_promises_are_green_to_the_right_of_the_band_and_vermillion_below_zero():
    for ax in promises().axes:
        colors = [line.get_color() for line in ax.lines if line.get_linewidth() == 2.5]
        assert colors[0] == FAILURE and colors[2] == REPAIRED
        assert len(set(colors)) == 3


def test_audit_panel_agrees_with_exact_power():
    panel = draw.AuditPanel()
    for benefit, seeds, spread in ((5, 3, 4), (5, 12, 4), (0, 8, 4), (10, 5, 12)):
        data = panel.compute(benefit=benefit, seeds=seeds, spread=spread)
        assert data.simulated == pytest.approx(power_of(seeds, spread, benefit), abs=0.03)
        assert (data.low < data.mid).all() and (np.diff(data.mid) >= 0).all()
    assert panel.compute(benefit=5, seeds=3, spread=4).enough == seeds_needed(4, 5)
    assert panel.compute(benefit=1, seeds=3, spread=12).enough == 0
    assert "Nothing is there" in panel.say(benefit=0)


def test_audit_panel_paints_what_excludes_zero():
    panel = draw.AuditPanel()
    panel.draw()
    data = panel.compute(benefit=5, seeds=3, spread=4)
    panel.update(data)
    green = [bar.get_color() == REPAIRED for bar in panel.bars]
    assert green == list(data.low > 0)


def test_sweep_panel_shows_the_record():
    panel, record = draw.SweepPanel(), load("entangled", "sweep")["numbers"]
    data = panel.compute(lam=-0.3, arm=2)
    runs = record["arms"]["shuffled"]["-0.3"]
    gains = 1000 * (np.array(record["plain"]["unseen"]) - np.array(runs["unseen"]))
    assert data.arm == "shuffled" and data.lam == -0.3
    np.testing.assert_allclose(data.path, runs["path"])
    assert data.ends[data.at][1] == pytest.approx(gains.mean())
    zero = panel.compute(lam=0.0, arm=4)
    np.testing.assert_allclose(zero.path, zero.plain)
    assert "bit for bit" in panel.say(lam=0.0)


def test_sweep_panel_keeps_every_curve_and_interval_on_its_axes():
    panel = draw.SweepPanel()
    left, right = panel.draw().axes
    for arm in range(1, 5):
        for lam in (-0.9, -0.6, -0.3, 0.0, 0.3, 0.6, 0.9):
            data = panel.compute(lam=lam, arm=arm)
            assert left.get_ylim()[0] < data.path.min() and data.path.max() < left.get_ylim()[1]
            assert right.get_ylim()[0] < data.ends.min() and data.ends.max() < right.get_ylim()[1]


@pytest.mark.parametrize("name", draw.PANELS)
def test_every_key_press_on_every_slider_changes_the_picture(name):
    panel = draw.PANELS[name]()
    for slider in panel.sliders:
        steps = round((slider.high - slider.low) / slider.step)
        values = [slider.low + k * slider.step for k in range(steps + 1)]
        frames = [panel.frame(**{slider.name: min(value, slider.high)}) for value in values]
        assert all(one != two for one, two in zip(frames, frames[1:], strict=False))
