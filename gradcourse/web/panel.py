"""A panel on a page without a kernel: a slider over frames drawn beforehand."""

import html as markup
import json
from pathlib import Path

from gradcourse.pictures.panel import FRAME_DPI, Panel
from gradcourse.web.frames import Frames

CSS_DPI = 96


def html(panel: Panel, drawn: Frames, where: str, strip: str, out: Path) -> str:
    """Write a panel's frames into files and return the HTML that moves through them.

    Args:
        panel: the panel.
        drawn: its frames.
        where: the name of its files, such as "00_descent/descent-panel".
        strip: HTML of its static strip, for a reader without scripts.
        out: where the site's files go.

    Returns:
        A slider with label and value, the picture and one line of text.
    """
    names = _write(drawn, where, out)
    first = drawn.frames[drawn.opening]
    wide = round(drawn.wide * CSS_DPI / FRAME_DPI)
    high = round(wide * drawn.height / drawn.width)
    data = {"values": [f.value for f in drawn.frames], "says": [f.says for f in drawn.frames],
            "images": names, "opening": drawn.opening}
    return (f'<div class="gc-panel" style="max-width: {wide}px">'
            f'<div class="gc-live" hidden>{_slider(drawn, where)}'
            f'<div class="gc-scroll" tabindex="0" role="group" aria-label="picture">'
            f'<div class="gc-stage"><img class="dark-light" src="{names[drawn.opening]}" '
            f'width="{wide}" height="{high}" alt="{markup.escape(panel.alt)}" loading="lazy">'
            f'<img class="gc-over dark-light" alt="" aria-hidden="true" hidden></div></div>'
            f'<p class="gc-says" role="status">{markup.escape(first.says)}</p>{_others(panel)}'
            f'<script type="application/json">{_json(data)}</script></div>'
            f"<noscript>{strip}</noscript></div>")


def _write(drawn: Frames, where: str, out: Path) -> list[str]:
    folder = out / "frames" / where
    folder.mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(drawn.frames):
        (folder / f"{number:02}.webp").write_bytes(frame.image)
    return [f"../frames/{where}/{number:02}.webp" for number in range(len(drawn.frames))]


def _slider(drawn: Frames, where: str) -> str:
    id, first = where.replace("/", "-"), drawn.frames[drawn.opening]
    return (f'<div class="gc-slider"><label for="{id}">{markup.escape(drawn.slider.label)}</label>'
            f'<input type="range" id="{id}" min="0" max="{len(drawn.frames) - 1}" step="1" '
            f'value="{drawn.opening}" aria-valuetext="{markup.escape(first.value)}">'
            f'<output for="{id}">{markup.escape(first.value)}</output></div>')


def _others(panel: Panel) -> str:
    """Name the sliders that stand still here."""
    still = [slider.show(slider.start) for slider in panel.sliders[1:]]
    if not still:
        return ""
    words = markup.escape(" · ".join(still))
    return f'<p class="gc-rest">Held here, free in JupyterLab: {words}</p>'


def _json(data: dict) -> str:
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
