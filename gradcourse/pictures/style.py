"""One visual language for every figure: colours with a meaning, one style sheet, no global state.

A picture is a function of data that returns a ``matplotlib.figure.Figure``.  It never touches
pyplot, so drawing a picture changes nothing outside it and the learner's own plots stay theirs.

    @picture
    def heights(steps, values):
        fig = figure("one")
        ax = fig.subplots()
        ax.plot(steps, values, color=METHOD)
        end_label(ax, steps[-1], values[-1], "gradient", METHOD)
        return fig
"""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from importlib.resources import files

from matplotlib import style as mplstyle
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

METHOD = "#0072B2"  # the chapter's method
BASELINE = "#7F7F7F"
BASELINE2 = "#BDBDBD"
THEORY = "#000000"  # theory, bounds, boundaries: dashed
FAILURE = "#D55E00"  # failure, bias, divergence
REPAIRED = "#009E73"  # repaired, corrected, the truth found
EXTRA = ("#E69F00", "#CC79A7", "#56B4E9")  # further methods, each with its own dash or marker
DATA = "#7F7F7F"  # single runs, drawn at DATA_ALPHA
DATA_ALPHA = 0.3

SHEET = str(files("gradcourse.pictures").joinpath("course.mplstyle"))
SIZES = {"one": (6.0, 3.6), "two": (9.0, 3.4)}  # inches: one axis, two linked views


def course_style() -> AbstractContextManager:
    """Apply the course's style sheet inside a ``with`` block, and nothing outside it."""
    return mplstyle.context(["default", SHEET])


def use_course_style() -> None:
    """Apply the course's style sheet to the learner's own plots from here on."""
    mplstyle.use(SHEET)


def figure(kind: str | tuple[float, float] = "one", **options) -> Figure:
    """Make an empty figure of a course size, outside pyplot.

    Args:
        kind: "one" (one axis, 6 x 3.6 in), "two" (two views, 9 x 3.4 in) or (width, height) in in.
        **options: passed to ``matplotlib.figure.Figure``, such as ``layout=None``.

    Returns:
        The figure; add axes with ``fig.subplots(1, 2)`` or ``fig.subplot_mosaic``.

    Raises:
        ValueError: kind is neither a known name nor two numbers.
    """
    if isinstance(kind, str) and kind not in SIZES:
        raise ValueError(f"kind must be one of {', '.join(SIZES)} or (width, height), got {kind!r}")
    fig = Figure(figsize=SIZES[kind] if isinstance(kind, str) else kind, **options)
    FigureCanvasAgg(fig)
    return fig


def picture(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Run a drawing function inside the course's style; it must return its figure."""

    @wraps(draw)
    def drawn(*args, **kwargs) -> Figure:
        with course_style():
            fig = draw(*args, **kwargs)
        if not isinstance(fig, Figure):
            raise TypeError(f"{draw.__name__} must return its figure, got {type(fig).__name__}")
        return fig

    return drawn


def end_label(ax, x: float, y: float, text: str, color: str, *, dx: float = 5, dy: float = 0,
              **options) -> Text:
    """Write a curve's name beside its end, in its colour: no legend to look up.

    Args:
        ax: axes of the curve.
        x: where the curve ends, data units.
        y: where the curve ends, data units.
        text: the curve's name.
        color: the curve's colour.
        dx: shift to the right, points.
        dy: shift upwards, points.
        **options: passed to ``ax.annotate``, such as ``ha="right"`` or ``fontsize=9``.

    Returns:
        The text, so that a panel can move it.
    """
    return ax.annotate(text, (x, y), xytext=(dx, dy), textcoords="offset points", color=color,
                       **{"va": "center", "annotation_clip": False, **options})


def png(fig: Figure, dpi: float) -> bytes:
    """Draw a figure as a small PNG: 256 colours, which flat fills and thin lines never exhaust."""
    raw = io.BytesIO()
    with course_style():
        fig.savefig(raw, format="png", dpi=dpi, pil_kwargs={"compress_level": 0})
    small = io.BytesIO()
    image = Image.open(raw).convert("RGB")
    few = image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(small, "png", optimize=True)
    return small.getvalue()


def overflow(fig: Figure, *, redraw: bool = True) -> list[str]:
    """List the texts of a figure that leave its canvas, as a reader would see them cut off."""
    if redraw:
        with course_style():
            fig.canvas.draw()
    renderer = fig.canvas.get_renderer()
    width, height = fig.canvas.get_width_height(physical=True)
    return [text.get_text() for text in _visible_texts(fig)
            if _leaves(text.get_window_extent(renderer), width, height)]


def _visible_texts(fig: Figure) -> list[Text]:
    hidden = {id(text) for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)
              for text in _undrawn(ax, axis)}
    return [text for text in fig.findobj(Text)
            if text.get_visible() and text.get_text().strip() and id(text) not in hidden]


def _undrawn(ax, axis) -> list[Text]:
    """List the texts of an axis that exist and are never drawn, such as ticks past its limits."""
    if not (ax.axison and ax.get_visible() and axis.get_visible()):
        return axis.findobj(Text)
    drawn = {id(tick) for tick in axis._update_ticks()}
    return [text for tick in (*axis.majorTicks, *axis.minorTicks) if id(tick) not in drawn
            for text in (tick.label1, tick.label2)]


def _leaves(box, width: float, height: float, slack: float = 0.5) -> bool:
    return (box.x0 < -slack or box.y0 < -slack
            or box.x1 > width + slack or box.y1 > height + slack)
