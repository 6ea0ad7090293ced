"""Every panel of every chapter: pure, quick, whole, of fixed size, and said in words."""

import importlib
import io
import pkgutil
import statistics
import struct
import time
from typing import NamedTuple

import matplotlib
import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from gradcourse import pictures
from gradcourse.pictures.panel import FRAME_DPI, QUICK_DPI, REMEMBERED, Panel, Slider, encode
from gradcourse.pictures.strip import STRIP_DPI
from gradcourse.pictures.style import METHOD, end_label, figure, overflow, picture

FRAME_BUDGET = 0.025  # CPU seconds; the tests allow ten times as much


def all_panels():
    for found in pkgutil.iter_modules(pictures.__path__):
        module = importlib.import_module(f"gradcourse.pictures.{found.name}")
        for name, panel in getattr(module, "PANELS", {}).items():
            yield pytest.param(panel, id=f"{found.name}-{name}")


class Wave(Panel):
    """A small panel for the tests of the machinery itself."""

    sliders = (Slider("height", "height", 0.5, 2.0, 1.0, 0.5, unit="m"),
               Slider("waves", "waves", 1, 5, 2, 1),
               Slider("stretch", "stretch", 0.1, 10.0, 1.0, 0.1, log=True))
    strip = ({}, {"height": 2.0}, {"waves": 3})
    alt = "A wave."

    def compute(self, *, height, waves, stretch):
        t = np.linspace(0, 1, 50)
        return t, height * np.sin(waves * t / stretch)

    def draw(self):
        fig = figure("two")
        ax = fig.subplots()
        ax.set(xlim=(0, 1), ylim=(-2.2, 2.2), xlabel="time (s)", ylabel="height (m)")
        (self.line,) = ax.plot([], [], color=METHOD, animated=True)
        self.name = end_label(ax, 0, 0, "wave", METHOD, animated=True)
        self.moving = [self.line, self.name]
        return fig

    def update(self, data):
        self.line.set_data(*data)
        self.name.xy = (data[0][25], data[1][25])

    def caption(self, data):
        return f"The wave reaches {data[1].max():.2f} m."


PANELS = [pytest.param(Wave, id="wave"), *all_panels()]


def size(png):
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", png[16:24])


class Look(NamedTuple):
    """One frame of a panel, its line of text, the texts cut off and the CPU seconds it took."""

    settings: dict
    frame: bytes
    caption: str
    lost: list[str]
    seconds: float


class Seen:
    """A panel with its strip and a frame for every extreme, drawn once for many tests."""

    def __init__(self, make):
        before = dict(matplotlib.rcParams)
        self.panel = make()
        self.panel.frame()
        self.strip = self.panel.strip_figure()
        self.no_trace = dict(matplotlib.rcParams) == before
        self.looks = looks(self.panel)


def looks(panel) -> list[Look]:
    """Draw every extreme of a panel afresh, and look for texts that leave its stage."""
    found = []
    for settings in panel.extremes():
        forget(panel)
        before = time.process_time()  # others may share the machine
        frame, caption = panel.look(**settings)
        seconds = time.process_time() - before
        lost = overflow(panel._stage[0], redraw=False)
        found.append(Look(settings, frame, caption, lost, seconds))
    return found


def shown(strip) -> tuple[list[bytes], list[str]]:
    """Return the pixels of a strip's frames, and its words."""
    return ([image.get_array().tobytes() for image in strip.images],
            [text.get_text() for text in strip.findobj(Text)])


def forget(panel) -> None:
    """Let a panel draw again what it has drawn before."""
    vars(panel).pop("_memory", None)


@pytest.fixture(scope="class")
def seen(make):
    return Seen(make)


@pytest.mark.parametrize("make", PANELS, scope="class")  # all tests of a panel, then the next
class TestEveryPanel:
    def test_has_at_most_three_sliders_that_start_inside(self, make):
        sliders = make().sliders
        assert 1 <= len(sliders) <= 3
        for slider in sliders:
            assert slider.low <= slider.start <= slider.high
            assert slider.step > 0 and slider.label

    def test_every_slider_to_both_ends_and_the_middle(self, make, seen):
        assert [look.settings for look in seen.looks] == make().extremes()
        assert len({size(look.frame) for look in seen.looks}) == 1
        assert all(look.caption.strip() and "\n" not in look.caption for look in seen.looks)
        assert len({look.frame for look in seen.looks}) > len(seen.looks) // 2

    def test_no_text_leaves_the_canvas(self, make, seen):
        for look in seen.looks:
            assert look.lost == [], look.settings
        assert overflow(seen.strip) == []

    def test_same_settings_same_bytes_whatever_came_before(self, make, seen):
        used, fresh, far = seen.panel, make(), seen.looks
        forget(used)
        for settings in (used.start(), far[0].settings, far[-1].settings):
            assert used.frame(**settings) == fresh.frame(**settings)
        assert [fresh.frame(**far[i].settings) for i in (0, -1)] == [far[0].frame, far[-1].frame]
        assert used.say() == fresh.say()

    def test_each_slider_changes_the_picture(self, make, seen):
        for slider in seen.panel.sliders:
            low, high = (seen.panel.frame(**{slider.name: v}) for v in (slider.low, slider.high))
            assert low != high, slider.name

    def test_a_key_press_on_each_slider_changes_the_picture(self, make, seen):
        opening = seen.panel.frame()
        for slider in seen.panel.sliders:
            places = [slider.start * 10**s if slider.log else slider.start + s
                      for s in (slider.step, -slider.step)]
            frames = [seen.panel.frame(**{slider.name: place}) for place in places
                      if slider.low <= place <= slider.high]
            assert any(frame != opening for frame in frames), slider.name

    def test_strip_changes_one_slider_a_frame(self, make, seen):
        panel = seen.panel
        assert len(panel.strip) == 3
        assert len(panel.strip[0]) <= 1 and all(len(change) == 1 for change in panel.strip[1:])
        settings = panel.strip_settings()
        for before, after in zip(settings, settings[1:], strict=False):
            assert sum(before[name] != after[name] for name in before) == 1
        assert shown(seen.strip) == shown(make().strip_figure())

    def test_nothing_jumps_when_the_slider_rests(self, make, seen):
        places = []
        for panel in (seen.panel, seen.panel.drawn_at(QUICK_DPI)):
            panel.frame()
            fig = panel._stage[0]
            places.append([ax.get_position().bounds for ax in fig.axes]
                          + [text.get_position() for text in fig.texts])
        assert places[0] == places[1]

    def test_is_described_in_words(self, make):
        assert len(make().alt.split()) > 8 or make is Wave

    def test_a_frame_is_quick(self, make, seen):
        assert statistics.median(look.seconds for look in seen.looks) < 10 * FRAME_BUDGET

    def test_leaves_no_trace_in_matplotlib(self, make, seen):
        assert seen.no_trace


def test_strip_shows_three_different_frames():
    frames = [image.get_array() for image in Wave().strip_figure().images]
    assert len(frames) == 3
    assert not np.array_equal(frames[0], frames[1]) and not np.array_equal(frames[1], frames[2])


def test_strip_and_live_frame_do_not_disturb_each_other():
    panel = Wave()
    panel.frame()
    strip = panel.strip_png()
    assert strip == Wave().strip_png()
    assert size(strip)[0] == 9 * STRIP_DPI
    assert panel.frame(height=2.0) == Wave().frame(height=2.0)


def test_the_same_panel_at_another_density_has_a_stage_of_its_own():
    panel = Wave()
    frame, quick = panel.frame(), panel.drawn_at(QUICK_DPI)
    assert size(quick.frame()) == tuple(round(n * QUICK_DPI / FRAME_DPI) for n in size(frame))
    assert quick.say(height=0.5) == panel.say(height=0.5)
    assert panel.frame() == frame and panel.frame(height=0.5) == Wave().frame(height=0.5)


def test_frames_are_remembered_and_forgotten():
    panel = Wave()
    first = panel.frame()
    assert panel.frame() is first
    for i in range(REMEMBERED):
        panel.frame(height=0.5 + i / REMEMBERED)
    assert len(panel._memory) == REMEMBERED
    assert panel.frame() == first


def test_extremes_take_the_middle_of_decades_and_whole_numbers():
    values = {(s["height"], s["waves"], round(s["stretch"], 12)) for s in Wave().extremes()}
    assert len(values) == 27
    assert (1.25, 3, 1.0) in values
    assert all(isinstance(waves, int) for _, waves, _ in values)


def test_unknown_or_impossible_settings_are_refused():
    with pytest.raises(ValueError, match="no slider 'length'"):
        Wave().frame(length=1)
    with pytest.raises(ValueError, match=r"height must lie in \[0.5, 2.0\]"):
        Wave().frame(height=3.0)


def test_encode_keeps_every_pixel():
    pixels = np.random.default_rng(0).integers(0, 256, (7, 11, 4), dtype=np.uint8)
    image = Image.open(io.BytesIO(encode(pixels)))
    assert image.mode == "RGB"
    assert np.array_equal(np.asarray(image), pixels[..., :3])


def test_a_picture_returns_its_figure():
    with pytest.raises(TypeError, match="must return its figure"):
        picture(lambda: None)()


def test_overflow_names_the_text_that_is_cut_off():
    fig = figure("one", layout=None)
    ax = fig.subplots()
    ax.set_title("A title far too long for this small figure of the course " * 3)
    assert overflow(fig) == [ax.get_title(loc="center")]
    ax.set_title("short")
    assert overflow(fig) == []


def test_overflow_ignores_ticks_that_are_never_drawn():
    fig = figure("one")
    ax = fig.subplots()
    ax.set(yscale="log", xlim=(0, 60), ylim=(1e-8, 1e3))
    assert overflow(fig) == []
    ax.set_axis_off()
    ax.set_ylabel("hidden " * 100)
    assert overflow(fig) == []


def test_unknown_figure_size_is_refused():
    with pytest.raises(ValueError, match="kind must be one of one, two"):
        figure("three")
