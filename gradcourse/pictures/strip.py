"""A panel's static strip: three frames that a reader without a kernel sees."""

import textwrap

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, TextArea

from gradcourse.pictures.style import METHOD, figure, picture

STRIP_DPI = 165  # pixels per inch


@picture
def compose(sliders: tuple, looks: list[tuple[dict, np.ndarray, str]], dpi: int) -> Figure:
    """Set frames one below the other: the setting above each, its caption below.

    Args:
        sliders: the panel's sliders.
        looks: for each frame its settings, its RGBA pixels at ``dpi`` and its caption.
        dpi: pixels per inch of the frames.

    Returns:
        The strip, as wide as a frame.
    """
    rows, cols = looks[0][1].shape[:2]
    head, foot, gap = (round(inches * dpi) for inches in (0.38, 0.36, 0.14))
    block = head + rows + foot + gap
    height = block * len(looks) - gap
    fig = figure((cols / dpi, height / dpi), dpi=dpi, layout=None)
    before = None
    for i, (settings, pixels, caption) in enumerate(looks):
        top = height - i * block
        fig.figimage(pixels, 0, top - head - rows)
        fig.add_artist(_heading(fig, sliders, settings, before, top / height))
        line = textwrap.fill(caption, int(cols / dpi * 13.5))
        fig.text(0.01, (top - head - rows - 2) / height, line, va="top", size=10, color="#222222")
        if before is not None:
            fig.add_artist(Line2D((0.01, 0.99), [(top + gap / 2) / height] * 2, color="#DDDDDD",
                                  linewidth=0.8))
        before = settings
    return fig


def _heading(fig: Figure, sliders, settings, before, y: float) -> AnchoredOffsetbox:
    """Write the settings of one frame, the one that just changed in bold blue."""
    words = []
    for slider in sliders:
        value = settings[slider.name]
        changed = before is not None and value != before[slider.name]
        style = {"color": METHOD, "weight": "bold"} if changed else {"color": "#444444"}
        words.append(TextArea(slider.show(value), textprops={"size": 10.5, **style}))
    return AnchoredOffsetbox("upper left", child=HPacker(children=words, sep=18, pad=0),
                             frameon=False, pad=0, borderpad=0.6, bbox_to_anchor=(0, y),
                             bbox_transform=fig.transFigure)
