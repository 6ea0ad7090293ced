"""A notebook as the site shows it: pictures in small files, panels that move, cards in place."""

import base64
import hashlib
import html
import io
import re
from pathlib import Path

import nbformat
from PIL import Image

from gradcourse.checks import find
from gradcourse.lab import card_text
from gradcourse.notebooks import files
from gradcourse.pictures.panel import Panel
from gradcourse.web import panel as live
from gradcourse.web.frames import Frames, differences

LIVE = "The sliders come alive when this cell runs"
FOLDED = {"parameters": "remove-cell", "setup": "hide-input"}
HINT = re.compile(r"""^hint\(\s*["']([a-z0-9_]+\.\d+)["']\s*\)""", re.MULTILINE)
CHECK = re.compile(r"""^check\(\s*["']([a-z0-9_]+\.\d+)["']""", re.MULTILINE)


def chapter(
    path: Path, panels: dict[str, tuple[Panel, Frames]], out: Path
) -> nbformat.NotebookNode:
    """Turn a chapter's outputs into what a page without a kernel can show.

    Args:
        path: the chapter.
        panels: its panels and their frames, by their alt text.
        out: where the site's files go; pictures are written to ``pictures/`` below it.

    Returns:
        The notebook, its pictures replaced by links to those files.

    Raises:
        ValueError: a cell shows a panel that the chapter's ``PANELS`` do not list.
    """
    notebook = files.read(path)
    for cell in files.code_cells(notebook):
        asks = re.search(r"^\s*panel\(", cell["source"], re.MULTILINE)
        outputs = [o for o in cell["outputs"] if not _is_note(o)]
        cell["outputs"] = [
            _picture(o, path.stem, cell["id"], panels if asks else {}, out) for o in outputs]
        if asks and not any("gc-panel" in _html(o) for o in cell["outputs"]):
            raise ValueError(f"{path.stem} {cell['id']}: this panel is not in PANELS")
    _tidy(notebook)
    return notebook


def exercise(path: Path) -> nbformat.NotebookNode:
    """Show below each check the card of an answer not yet written, and below it the hints."""
    notebook = files.read(path)
    for cell in files.code_cells(notebook):
        cards = [_card(name) for name in CHECK.findall(cell["source"])]
        cards += [card_text.hints_html(find(name)) for name in HINT.findall(cell["source"])]
        cell["outputs"] = [_output(card) for card in cards]
    _tidy(notebook)
    return notebook


def figure(picture: bytes, alt: str, width: int, where: str, out: Path) -> str:
    """Write a picture as WebP below ``out`` and return the HTML that shows it."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    (small,) = differences([image], 0)  # nothing to differ from: few colours
    name = f"{where}-{hashlib.sha256(small).hexdigest()[:8]}.webp"
    target = out / "pictures" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(small)
    height = round(width * image.height / image.width)
    return ('<div class="gc-scroll" tabindex="0" role="group" aria-label="picture">'
            f'<img class="gc-picture dark-light" src="../pictures/{name}" width="{width}" '
            f'height="{height}" alt="{html.escape(alt)}" loading="lazy" decoding="async"></div>')


def _picture(output, page: str, cell: str, panels: dict, out: Path):
    """Replace a picture by its file; where it is the strip of a panel, by the panel."""
    data = output.get("data", {})
    if "image/png" not in data:
        return output
    meta = output["metadata"].get("image/png", {})
    alt, width = meta.get("alt", data.get("text/plain", "")), meta.get("width", 864)
    shown = figure(base64.b64decode(data["image/png"]), alt, width, f"{page}/{cell}", out)
    if alt in panels:
        shown = live.html(*panels[alt], f"{page}/{cell}", shown, out)
    return _output(shown)


def _output(text: str):
    return nbformat.v4.new_output("display_data", data={"text/html": text})


def _html(output) -> str:
    return output.get("data", {}).get("text/html", "")


def _is_note(output) -> bool:
    return LIVE in output.get("data", {}).get("text/plain", "")


def _card(name: str) -> str:
    exercise = find(name)
    unit = "point" if exercise.points == 1 else "points"
    verdict = f"not started, 0 of {exercise.points:g} {unit}"
    return card_text.as_html(card_text.Card(card_text.GREY, f"{name} {exercise.title}", verdict))


def _tidy(notebook) -> None:
    """Name the language and leave out what only a kernel wants."""
    notebook["metadata"] = {"kernelspec": {"name": "python3", "display_name": "Python 3"},
                            "language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    for cell in notebook["cells"]:
        part = cell["id"].rpartition("-")[2]
        cell["metadata"] = {"tags": [FOLDED[part]]} if part in FOLDED else {}
