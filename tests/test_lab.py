"""What a page imports: begin, show, source, panel, verify."""

import asyncio
import base64
import io
import re
import sys
from pathlib import Path

import nbformat
import pytest
import torch
from nbclient import NotebookClient
from PIL import Image

from gradcourse.lab import begin, panel, show, source, verify
from gradcourse.lab.panel import REST, LivePanel
from gradcourse.pictures.panel import QUICK_DPI, Panel, Slider
from gradcourse.pictures.style import METHOD, figure


def module(name):
    """Return a module of the lab whose name the package gives to its function."""
    return sys.modules[f"gradcourse.lab.{name}"]


@pytest.fixture(autouse=True)
def plain_settings(monkeypatch):
    monkeypatch.delenv("GRADCOURSE_MODE", raising=False)
    monkeypatch.delenv("GRADCOURSE_STRICT", raising=False)
    monkeypatch.setattr(module("begin"), "use_course_style", lambda: None)
    monkeypatch.setattr(module("show"), "_coarse", False)


@pytest.fixture
def shown(monkeypatch):
    outputs = []

    def display(bundle, metadata=None, raw=False):
        assert raw
        outputs.append((bundle, metadata or {}))

    monkeypatch.setattr(module("show"), "display", display)
    monkeypatch.setattr(module("panel"), "display", display)
    return outputs


class Dot(Panel):
    sliders = (Slider("x", "place", 0.0, 1.0, 0.5, 0.1, unit="m"), Slider("n", "count", 1, 9, 3, 1),
               Slider("scale", "scale", 0.01, 100.0, 1.0, 0.1, log=True))
    strip = ({}, {"x": 0.9}, {"n": 5})
    alt = "A dot on a line."

    def compute(self, *, x, n, scale):
        if n == 9:
            raise ArithmeticError("nine is too many")
        return x, n, scale

    def draw(self):
        fig = figure("two")
        ax = fig.subplots()
        ax.set(xlim=(0, 1), ylim=(0, 10))
        (self.dot,) = ax.plot([], [], "o", color=METHOD, animated=True)
        self.moving = [self.dot]
        return fig

    def update(self, data):
        self.dot.set_data([data[0]], [data[1]])

    def caption(self, data):
        return f"The dot is at {data[0]:.2f} m, <{data[1]}>, scale {data[2]:g}."


# begin

def test_begin_prints_one_line_without_path_or_time(capsys):
    begin("00_descent", mode="smoke", seed=3, device="cpu")
    line = capsys.readouterr().out
    assert re.fullmatch(r"gradcourse [\d.]+ · torch [\d.]+ · mode smoke · device cpu · seed 3"
                        r" · budget 15 s\n", line)


def test_begin_needs_no_parameters():
    page = begin("00_descent")
    assert (page.mode, page.seed, page.dtype) == ("read", 0, torch.float64)
    assert page.device.type in ("cpu", "cuda")


@pytest.mark.parametrize("wrong, message", [
    ({"mode": "fast"}, "mode must be one of smoke, read, full, got 'fast'"),
    ({"device": "mps"}, "device must be one of auto, cpu, cuda, got 'mps'"),
    ({"seed": -1}, "seed must be a whole number >= 0, got -1"),
    ({"seed": True}, "seed must be a whole number"),
    ({"seed": 1.5}, "seed must be a whole number"),
])
def test_begin_refuses_in_one_line(wrong, message):
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        begin("00_descent", **wrong)
    assert "\n" not in str(error.value)


def test_begin_refuses_a_name_that_is_no_chapter():
    with pytest.raises(ValueError, match="chapter must look like '00_descent'"):
        begin("descent")


def test_a_gpu_asked_for_and_missing_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="torch sees no GPU"):
        begin("00_descent", device="cuda")
    assert begin("00_descent").device.type == "cpu"


def test_auto_takes_a_gpu_where_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert begin("00_descent").device.type == "cuda"
    assert begin("00_descent", device="cpu").device.type == "cpu"


def test_the_environment_changes_only_the_default_mode(monkeypatch):
    monkeypatch.setenv("GRADCOURSE_MODE", "smoke")
    assert begin("00_descent").mode == "smoke"
    assert begin("00_descent", mode="full").mode == "full"
    monkeypatch.setenv("GRADCOURSE_MODE", "quick")
    with pytest.raises(ValueError, match="GRADCOURSE_MODE must be one of"):
        begin("00_descent")


def test_pick_follows_the_mode():
    for mode, value in (("smoke", 1), ("read", 2), ("full", 3)):
        assert begin("00_descent", mode=mode).pick(smoke=1, read=2, full=3) == value


def test_generator_is_seeded_by_page_and_offset():
    def draw(seed, offset=0):
        return torch.rand(1, generator=begin("00_descent", seed=seed).generator(offset)).item()

    assert draw(1) == draw(1) == draw(0, 1)
    assert draw(1) != draw(1, 1)


def test_end_says_when_a_page_is_over_its_budget(capsys):
    page = begin("00_descent", mode="smoke")
    page.end()
    assert "within the budget of 15 s" in capsys.readouterr().out
    page._opened -= 100
    page.end()
    out = capsys.readouterr().out
    assert "OVER the budget of 15 s" in out and "torch 2." in out and "python 3." in out


# show and source

def small_figure(title="A line that rises."):
    fig = figure("one")
    ax = fig.subplots()
    ax.plot([0, 1], [0, 1], color=METHOD)
    ax.set_title(title)
    return fig


def stored(bundle):
    return Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))


def test_smoke_mode_draws_fewer_pixels(shown):
    begin("00_descent", mode="smoke")
    show(small_figure(), alt="A line.")
    begin("00_descent", mode="read")
    show(small_figure(), alt="A line.")
    few, many = (stored(bundle).width for bundle, _ in shown)
    assert 3 * few == many


def test_show_stores_one_sharp_picture_with_its_words(shown):
    show(small_figure(), alt="A line.")
    ((bundle, metadata),) = shown
    assert set(bundle) == {"image/png", "text/plain"}
    assert metadata["image/png"] == {"alt": "A line.", "width": 576}
    assert stored(bundle).width == 2 * 576
    assert "Software" not in stored(bundle).info


def test_show_stores_the_same_bytes_each_time(shown):
    show(small_figure(), alt="A line.")
    show(small_figure(), alt="A line.")
    assert shown[0] == shown[1]


def test_show_needs_words():
    with pytest.raises(ValueError, match="alt must say"):
        show(small_figure(), alt=" ")


def test_show_is_strict_about_cut_text_only_when_asked(shown, monkeypatch):
    fig = small_figure("far too long " * 20)
    show(fig, alt="A line.")
    monkeypatch.setenv("GRADCOURSE_STRICT", "1")
    with pytest.raises(ValueError, match="text leaves the canvas: 'far too long"):
        show(fig, alt="A line.")


def documented(x):
    """Say hello."""

    return x + 1  # (0.1)


def test_source_shows_the_code_without_its_docstring(shown):
    source(documented)
    source(documented, docstring=True)
    assert shown[0][0]["text/plain"] == "def documented(x):\n    return x + 1  # (0.1)"
    assert '"""Say hello."""' in shown[1][0]["text/plain"]
    assert "```python\ndef documented" in shown[0][0]["text/markdown"]


# verify

def test_verify_says_what_holds_and_how_well(capsys):
    verify("0.2", torch.tensor([1.0, 2.0]), [1.0, 2.0 + 1e-11], what="both agree")
    assert capsys.readouterr().out == \
        "(0.2) holds: both agree; largest difference below 1e-09\n"


@pytest.mark.parametrize("difference, said", [
    (0.0, "1e-15"), (1e-16, "1e-15"), (3e-14, "1e-12"), (5e-10, "1e-09")])
def test_verify_prints_the_same_on_every_machine(capsys, difference, said):
    verify("0.1", 0.5, 0.5 + difference)
    assert f"below {said}" in capsys.readouterr().out


def test_verify_never_claims_less_than_it_measured(capsys):
    for exponent in range(-16, -2):
        for factor in (0.99, 1.01, 5.0):
            difference = factor * 10.0 ** exponent
            verify("0.1", difference, 0.0, tol=1.0)
            assert difference <= float(capsys.readouterr().out.split()[-1])


@pytest.mark.parametrize("left, right, message", [
    (1.0, 1.1, r"\(0.3\) fails: it holds; largest difference .*, allowed 1e-09"),
    (float("nan"), float("nan"), "largest difference nan"),
    ([1.0, 1.0], [1.0], r"shapes \(2,\) and \(1,\)"),
    ([], [], "nothing to compare"),
])
def test_verify_fails_by_name(left, right, message):
    with pytest.raises(AssertionError, match=message):
        verify("0.3", left, right, what="it holds")


def test_verify_is_relative_above_one():
    verify("0.3", 1e6, 1e6 + 1e-5)
    with pytest.raises(AssertionError):
        verify("0.3", 1e-6, 2e-6)


# panel

def test_a_panel_is_one_output_that_holds_sliders_and_strip(shown):
    panel(Dot())
    ((bundle, metadata),) = shown
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"}
    assert metadata["image/png"] == {"alt": "A dot on a line.", "width": 864}
    assert bundle["text/plain"] == "A dot on a line."
    assert base64.b64decode(bundle["image/png"]) == Dot().strip_png()


def test_moving_a_slider_changes_picture_and_line():
    live = LivePanel(Dot())
    before = live.image.value
    live.sliders["x"].value = 0.9
    assert live.image.value != before
    assert live.image.value == Dot().frame(x=0.9)
    assert "0.90 m, &lt;3&gt;" in live.line.value and "aria-live" in live.line.value


def test_sliders_are_of_the_right_kind_and_start_at_the_start():
    live = LivePanel(Dot())
    kinds = {name: type(widget).__name__ for name, widget in live.sliders.items()}
    assert kinds == {"x": "FloatSlider", "n": "IntSlider", "scale": "FloatLogSlider"}
    assert live._settings() == Dot().start()


def test_every_end_of_every_slider_is_reached():
    live = LivePanel(Dot())
    for slider in Dot.sliders:
        widget = live.sliders[slider.name]
        if slider.name == "n":
            continue
        for end in (slider.low, slider.high):
            widget.value = end
            assert live._settings()[slider.name] == end


def test_floating_dust_does_not_draw_a_frame_twice():
    live = LivePanel(Dot())
    live.sliders["x"].value = 0.1 + 0.2
    assert live._settings()["x"] == 0.3


@pytest.mark.parametrize("name, moves", [
    ("x", (0.5, 0.6, 0.7)), ("n", (3, 4, 5)), ("scale", (1.0, 10**0.1, 10**0.2)), ("n", (9, 8, 7))])
def test_with_a_kernel_the_next_frame_of_the_same_move_is_drawn_ahead(name, moves):
    async def move():
        live = LivePanel(Dot())
        for value in moves[:2]:
            live.sliders[name].value = value
        await asyncio.sleep(0.2)
        drawn = [dict(zip(Dot().start(), key, strict=True)) for key in live.quick._memory]
        live.sliders[name].value = moves[2]
        return live._settings() in drawn, live.errors.outputs

    assert asyncio.run(move()) == (True, ())


@pytest.mark.parametrize("value", [1.0, 8])
def test_a_frame_drawn_ahead_fails_in_silence(value):
    """Past the end of a slider, and where the panel itself fails."""
    async def move():
        live = LivePanel(Dot())
        live.sliders["x" if value == 1.0 else "n"].value = value
        live.sliders["n"].value = 8
        await asyncio.sleep(0.5)
        return live.errors.outputs

    assert asyncio.run(move()) == ()


def test_with_a_kernel_a_frame_comes_quickly_and_is_denser_once_the_sliders_rest():
    async def move():
        live = LivePanel(Dot())
        seen = [live.image.value]
        live.image.observe(lambda change: seen.append(change["new"]), names="value")
        for value in (0.8, 0.9):
            live.sliders["x"].value = value
        await asyncio.sleep(REST + 0.7)
        return seen

    quick = Dot().drawn_at(QUICK_DPI)
    assert asyncio.run(move()) == [
        Dot().frame(), quick.frame(x=0.8), quick.frame(x=0.9), Dot().frame(x=0.9)]


def test_with_a_kernel_the_stage_of_the_first_move_is_set_beforehand():
    async def wait():
        live = LivePanel(Dot())
        await asyncio.sleep(REST + 0.7)
        return live

    live = asyncio.run(wait())
    assert list(live.quick._memory) == [tuple(Dot().start().values())]
    assert live.image.value == Dot().frame()


def test_an_error_is_shown_in_the_panel_and_the_sliders_live_on():
    live = LivePanel(Dot())
    before = live.image.value
    live.sliders["n"].value = 9
    (output,) = live.errors.outputs
    assert (output["output_type"], output["ename"]) == ("error", "ArithmeticError")
    assert "nine is too many" in "".join(output["traceback"])
    assert live.image.value == before
    live.sliders["n"].value = 4
    assert live.errors.outputs == () and live.image.value != before


def test_a_first_frame_that_fails_is_no_live_panel(shown):
    class Broken(Dot):
        def compute(self, **settings):
            raise ArithmeticError("never")

    with pytest.raises(ArithmeticError, match="never"):
        panel(Broken())


@pytest.mark.notebook
def test_in_a_kernel_the_error_lies_in_the_widgets_state(tmp_path):
    """The scan of executed pages reads metadata.widgets; nothing else would notice."""
    cells = [f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
             "from test_lab import Dot, LivePanel\nlive = LivePanel(Dot())\nlive.box()",
             "live.sliders['n'].value = 9"]
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(page, kernel_name="python3", timeout=120,
                   resources={"metadata": {"path": str(tmp_path)}}).execute()
    states = page.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    found = [out["ename"] for model in states.values() for out in model["state"].get("outputs", ())]
    assert found == ["ArithmeticError"]
    assert "application/vnd.jupyter.widget-view+json" in page.cells[0].outputs[0].data
