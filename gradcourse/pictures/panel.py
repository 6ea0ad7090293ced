"""A panel: a picture with sliders, as a pure function of its settings.

The still parts are drawn once; a new frame restores them, moves the few artists that depend on
the settings and encodes the pixels.  The same settings give the same bytes, with or without a
kernel, a browser or a slider, so tests drive a panel like any other function.
"""

import copy
import itertools
import struct
import zlib
from collections import OrderedDict
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from gradcourse.pictures.strip import STRIP_DPI, compose
from gradcourse.pictures.style import course_style, png

FRAME_DPI = 144  # pixels per inch of a live frame: half as dense again as it is shown
QUICK_DPI = 96  # of a frame while its slider moves: as dense as it is shown
REMEMBERED = 128  # frames kept in memory


class Slider(NamedTuple):
    """One slider of a panel; ``step`` counts decades when ``log`` is true."""

    name: str  # keyword of ``compute``
    label: str  # what the reader sees
    low: float
    high: float
    start: float
    step: float
    log: bool = False
    unit: str = ""

    def show(self, value: float) -> str:
        """Write a setting as the reader sees it: label, value, unit."""
        return f"{self.label} {value:.3g} {self.unit}".rstrip()


class Panel:
    """A picture with at most three sliders.

    A subclass writes ``sliders``, ``strip``, ``alt`` and four methods:

    * ``compute(**settings) -> data``: pure, fast, all the numbers;
    * ``draw() -> Figure``: still parts with fixed limits; the artists that move go, with
      ``animated=True``, into the list ``self.moving``;
    * ``update(data)``: set *everything* that moves from the data;
    * ``caption(data) -> str``: one line that says what is seen now.

    Attributes:
        sliders: the sliders, in the order shown.
        strip: three changes, one slider each, applied one after the other from the start;
            the first may be empty.
        alt: what the picture shows, for a reader who cannot see it.
        dpi: pixels per inch of its frames.
    """

    sliders: tuple[Slider, ...] = ()
    strip: tuple[dict[str, float], ...] = ()
    alt: str = ""
    dpi: int = FRAME_DPI
    moving: list

    def compute(self, **settings: float) -> Any:
        """Compute what the frame shows; no drawing."""
        raise NotImplementedError

    def draw(self) -> Figure:
        """Draw the still parts and list the moving artists in ``self.moving``."""
        raise NotImplementedError

    def update(self, data: Any) -> None:
        """Set every moving artist from the data."""
        raise NotImplementedError

    def caption(self, data: Any) -> str:
        """Say in one line what is seen now."""
        raise NotImplementedError

    def frame(self, **settings: float) -> bytes:
        """Draw one frame as PNG; settings left out stand at their start."""
        return self.look(**settings)[0]

    def say(self, **settings: float) -> str:
        """Say in one line what the frame with these settings shows."""
        return self.look(**settings)[1]

    def look(self, **settings: float) -> tuple[bytes, str]:
        """Draw one frame and its line of text; remembered."""
        full = self.settings(**settings)
        key, memory = tuple(full.values()), self._remembered()
        if key not in memory:
            data = self.compute(**full)
            memory[key] = encode(self._pixels(data)), self.caption(data)
            while len(memory) > REMEMBERED:
                memory.popitem(last=False)
        memory.move_to_end(key)
        return memory[key]

    def drawn_at(self, dpi: int) -> "Panel":
        """Return the same panel drawn at another density, with a stage and a memory of its own."""
        self._places()  # the twin shares them
        twin = copy.copy(self)
        for own in ("_stage", "_memory"):
            vars(twin).pop(own, None)
        twin.dpi = dpi
        return twin

    def start(self) -> dict[str, float]:
        """Return the settings the panel opens with."""
        return {slider.name: slider.start for slider in self.sliders}

    def settings(self, **changes: float) -> dict[str, float]:
        """Return the start with some settings changed, refusing unknown names and values."""
        full = self.start()
        for name, value in changes.items():
            if name not in full:
                raise ValueError(f"no slider {name!r}; this panel has {', '.join(full)}")
            full[name] = value
        for slider in self.sliders:
            if not slider.low <= full[slider.name] <= slider.high:
                raise ValueError(f"{slider.name} must lie in [{slider.low}, {slider.high}], "
                                 f"got {full[slider.name]}")
        return full

    def extremes(self) -> list[dict[str, float]]:
        """Return settings with every slider at both ends and the middle, in all combinations."""
        marks = [(s.low, (s.low * s.high) ** 0.5 if s.log else _middle(s), s.high)
                 for s in self.sliders]
        names = [slider.name for slider in self.sliders]
        return [dict(zip(names, values, strict=True)) for values in itertools.product(*marks)]

    def strip_settings(self) -> list[dict[str, float]]:
        """Return the full settings of the strip's frames, each one change after the other."""
        changes = itertools.accumulate(self.strip, lambda before, change: {**before, **change})
        return [self.settings(**change) for change in changes]

    def strip_figure(self, dpi: int = STRIP_DPI) -> Figure:
        """Draw the strip: the frames one below the other, each with its setting and caption."""
        twin, looks = self.drawn_at(dpi), []
        for settings in self.strip_settings():
            data = self.compute(**settings)
            looks.append((settings, twin._pixels(data), self.caption(data)))
        return compose(self.sliders, looks, dpi)

    def strip_png(self) -> bytes:
        """Draw the strip as PNG."""
        return png(self.strip_figure(), STRIP_DPI)

    def _remembered(self) -> OrderedDict:
        return vars(self).setdefault("_memory", OrderedDict())

    def _pixels(self, data: Any) -> np.ndarray:
        with course_style():
            fig, background = vars(self).get("_stage") or self._set_stage()
            fig.canvas.restore_region(background)
            self.update(data)
            for artist in self.moving:
                fig.draw_artist(artist)
        return np.array(fig.canvas.buffer_rgba())

    def _set_stage(self) -> tuple:
        fig = self.draw()
        if self.dpi <= FRAME_DPI:  # lay it out like the frame at rest: nothing jumps
            self._lay_out(fig)
        fig.set_dpi(self.dpi)
        fig.canvas.draw()
        fig.set_layout_engine("none")
        self._stage = fig, fig.canvas.copy_from_bbox(fig.bbox)
        return self._stage


    def _places(self) -> list:
        return vars(self).setdefault("_laid", [])

    def _lay_out(self, fig: Figure) -> None:
        """Put axes and title where the frame at rest has them; found out once for all twins."""
        places = self._places()
        if not places:
            fig.set_dpi(FRAME_DPI)
            fig.draw_without_rendering()
            places += ([ax.get_position(original=True) for ax in fig.axes],
                       [text.get_position() for text in fig.texts])
        fig.set_layout_engine("none")
        for ax, place in zip(fig.axes, places[0], strict=True):
            ax.set_position(place, which="original")
        for text, place in zip(fig.texts, places[1], strict=True):
            text.set_position(place)


def encode(pixels: np.ndarray) -> bytes:
    """Encode RGBA pixels as an opaque PNG, three times faster than Pillow by leaving out filters.

    Example:
        >>> import io
        >>> Image.open(io.BytesIO(encode(np.full((2, 3, 4), 255, np.uint8)))).size
        (3, 2)
    """
    image = Image.fromarray(np.ascontiguousarray(pixels)).convert("RGB")
    rows = np.zeros((image.height, 1 + 3 * image.width), np.uint8)  # each row: filter 0, pixels
    rows[:, 1:] = np.asarray(image).reshape(image.height, -1)
    header = struct.pack(">IIBBBBB", image.width, image.height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _middle(slider: Slider) -> float:
    middle = (slider.low + slider.high) / 2
    whole = all(isinstance(v, int) for v in (slider.low, slider.high, slider.start, slider.step))
    return int(middle) if whole else middle
