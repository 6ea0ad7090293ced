"""The live panel: sliders above, one picture of fixed width, one line of text below.

Where no kernel runs, the page shows the static strip that is stored in the same output.
"""

import asyncio
import contextlib
import html
import math
import struct
import traceback

import ipywidgets as widgets
from IPython.display import display

from gradcourse.lab.show import CSS_DPI, dots, image_bundle, refuse_overflow
from gradcourse.pictures.panel import FRAME_DPI, QUICK_DPI, Panel, Slider
from gradcourse.pictures.strip import STRIP_DPI
from gradcourse.pictures.style import png

STYLE = """<style>
.gradcourse-panel { max-width: 100%; }
.gradcourse-panel .widget-label, .gradcourse-panel .jupyter-widgets-label { text-align: left; }
.gradcourse-panel .widget-readout { min-width: 3.6em; text-align: right; }
.gradcourse-panel img { background: white; border-radius: 4px; padding: 6px;
  box-sizing: border-box; height: auto; }
.gradcourse-panel .gradcourse-says { font-size: var(--jp-content-font-size1, 14px);
  line-height: 1.4; min-height: 2.8em; color: var(--jp-content-font-color1, inherit); }
.gradcourse-panel .gradcourse-alt { position: absolute; width: 1px; height: 1px;
  overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
</style>"""
AHEAD = 0.06  # seconds of rest until the next frame is drawn: the browser shows this one first
REST = 0.3  # seconds of rest until this one is drawn again for screens with dense pixels


class LivePanel:
    """A panel with its sliders, for a page with a kernel."""

    def __init__(self, panel: Panel):
        self.panel, self.quick = panel, panel.drawn_at(QUICK_DPI)
        self.sliders = {slider.name: _widget(slider) for slider in panel.sliders}
        self.image = widgets.Image(format="png", layout=_image_layout(panel))
        self.line = widgets.HTML(layout={"margin": "2px 0 0 0", "max_width": "100%"})
        self.errors = widgets.Output()
        self.plans = []  # what is drawn once the sliders rest
        for widget in self.sliders.values():
            widget.observe(self._moved, names="value")
        if self._show(panel):
            self._plan(REST, self.quick.look)  # the first move finds its stage set

    def box(self) -> widgets.VBox:
        """Stack sliders, picture, line and errors."""
        rows = [_row(slider, self.sliders[slider.name]) for slider in self.panel.sliders]
        words = f'<div class="gradcourse-alt">{html.escape(self.panel.alt)}</div>'
        unseen = widgets.HTML(STYLE + words, layout={"height": "1px", "margin": "0"})
        box = widgets.VBox([unseen, *rows, self.image, self.line, self.errors])
        box.add_class("gradcourse-panel")
        return box

    def _moved(self, change) -> None:
        """Show the frame quickly; while the slider rests, draw the next one and this one denser."""
        self._drop_plans()
        here = self.quick if _loop() else self.panel  # outside a kernel nobody waits
        if self._show(here):
            self._plan(AHEAD, self._prepare, change)
            self._plan(REST, self._show, self.panel)

    def _show(self, panel: Panel) -> bool:
        """Show the frame at the sliders' settings; an error is shown and the sliders stay."""
        try:
            png, text = panel.look(**self._settings())
        except Exception as error:
            self.errors.outputs = (_as_output(error),)
            return False
        self.image.value = png
        self.line.value = _says(text)
        self.errors.outputs = ()
        return True

    def _prepare(self, change) -> None:
        """Draw the frame of the same move once more, while the reader looks at this one."""
        (slider,) = (s for s in self.panel.sliders if self.sliders[s.name] is change["owner"])
        old, new = change["old"], change["new"]
        following = new * new / old if slider.log else new + new - old
        settings = self._settings() | {slider.name: _plain(following)}
        with contextlib.suppress(Exception):  # past the end, or shown when it is asked for
            self.quick.look(**settings)

    def _plan(self, seconds: float, call, *args) -> None:
        """Call something after a while, unless a slider moves before."""
        if loop := _loop():
            self.plans.append(loop.call_later(seconds, call, *args))

    def _drop_plans(self) -> None:
        while self.plans:
            self.plans.pop().cancel()

    def _settings(self) -> dict[str, float]:
        """Read the sliders."""
        settings = {}
        for slider in self.panel.sliders:
            value = self.sliders[slider.name].value
            settings[slider.name] = min(max(_plain(value), slider.low), slider.high)
        return settings


def panel(panel: Panel) -> None:
    """Show a panel: live sliders with a kernel, the static strip without one.

    Args:
        panel: a panel of ``gradcourse.pictures``.

    Raises:
        ValueError: GRADCOURSE_STRICT=1 and a text leaves a canvas.
    """
    strip = panel.strip_figure(dots(STRIP_DPI))
    refuse_overflow(strip)
    bundle, metadata = image_bundle(png(strip, strip.dpi), panel.alt, _shown_width(panel))
    bundle.update(LivePanel(panel).box()._repr_mimebundle_())
    bundle["text/plain"] = panel.alt
    display(bundle, metadata=metadata, raw=True)


def _loop() -> asyncio.AbstractEventLoop | None:
    """Return the kernel's loop, or None outside a kernel."""
    with contextlib.suppress(RuntimeError):
        return asyncio.get_running_loop()
    return None


def _as_output(error: Exception) -> dict:
    """Write an error as a notebook output, which a scan of the widgets' state finds."""
    lines = "".join(traceback.format_exception(error)).splitlines()
    return {"output_type": "error", "ename": type(error).__name__, "evalue": str(error),
            "traceback": lines}


def _widget(slider: Slider):
    """Choose the widget: whole numbers, even steps or decades."""
    common = {"description": slider.label, "value": slider.start,
              "style": {"description_width": "13.5em"},
              "layout": {"width": "39.5em", "max_width": "100%"}}
    ends = slider.low, slider.high, slider.start, slider.step
    if slider.log:
        return widgets.FloatLogSlider(min=_decades(slider.low), max=_decades(slider.high),
                                      step=slider.step, readout_format=".3g", **common)
    if all(isinstance(value, int) for value in ends):
        return widgets.IntSlider(min=slider.low, max=slider.high, step=slider.step, **common)
    return widgets.FloatSlider(min=slider.low, max=slider.high, step=slider.step,
                               readout_format=".3g", **common)


def _plain(value: float) -> float:
    """Take the dust of floating-point steps away."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _decades(value: float) -> float:
    return round(math.log10(value), 12)


def _row(slider: Slider, widget) -> widgets.HBox:
    return widgets.HBox([widget, widgets.Label(slider.unit)])


def _shown_width(panel: Panel) -> int:
    """Read a frame's width from its PNG header, in CSS pixels."""
    pixels = struct.unpack(">I", panel.frame()[16:20])[0]
    return round(pixels / FRAME_DPI * CSS_DPI)


def _image_layout(panel: Panel) -> dict[str, str]:
    return {"width": f"{_shown_width(panel)}px", "max_width": "100%"}


def _says(text: str) -> str:
    return ('<div class="gradcourse-says" role="status" aria-live="polite">'
            f"{html.escape(text)}</div>")
