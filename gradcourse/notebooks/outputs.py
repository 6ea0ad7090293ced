"""What a stored output may hold, and how a fresh one is made so."""

import base64
import io
import os
import re
import socket
import tempfile
from pathlib import Path

from gradcourse.notebooks import files

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
LIVE = "*The sliders come alive when this cell runs in JupyterLab: `make lab`.*"
PLACES = re.compile(r"(?<![\w.:/<])/(?:home|Users|root|tmp|var|opt|work|mnt|private|srv)/[\w.-]+")
DRIVE = re.compile(r"\b[A-Za-z]:\\[\w.-]+")
ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,}\b")


def clean(cell, old: list) -> list:
    """Return a cell's fresh outputs as they are stored.

    Widgets go, and where a strip stood in the same output a line says how to make them live;
    neighbouring prints become one; a picture whose pixels did not change keeps its old bytes.

    Args:
        cell: the executed cell.
        old: the outputs stored so far.

    Returns:
        New outputs.

    Raises:
        ValueError: an output that must not be stored, with the cell's id.
    """
    kept = []
    for output in cell.get("outputs", ()):
        if output["output_type"] == "stream":
            _add_stream(kept, output)
            continue
        output = dict(output, data=dict(output.get("data", {})))
        widget = output["data"].pop(WIDGET_VIEW, None)
        if widget is not None and set(output["data"]) <= {"text/plain"}:
            continue
        kept.append(output)
        if widget is not None:
            kept.append(_live_note())
    for output in kept:
        fault = fault_of(output)
        if fault:
            raise ValueError(f"cell {cell['id']}: {fault}")
    _keep_pictures(kept, old)
    return kept


def fault_of(output) -> str:
    """Return why an output must not be stored, or an empty string."""
    if output["output_type"] == "error":
        return f"the cell failed: {output['ename']}: {files.first_line(output['evalue'])}"
    if output["output_type"] == "stream":
        if output["name"] == "stderr":
            return f"something was written to stderr: {files.first_line(output['text'])[:80]}"
        return trace_in(output["text"])
    data = output.get("data", {})
    if WIDGET_VIEW in data:
        return "a live widget is stored; its state is not"
    texts = [str(value) for mime, value in data.items() if not mime.startswith("image/")]
    return next(filter(None, map(trace_in, texts)), "")


def trace_in(text: str) -> str:
    """Return what a text tells about the machine it was made on, or an empty string."""
    found = PLACES.search(text) or DRIVE.search(text)
    if found:
        return f"a path of this machine: {found[0]}"
    if ADDRESS.search(text):
        return f"a memory address: {ADDRESS.search(text)[0]}"
    for name, kind in _own_names():
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
            return f"the {kind} of this machine: {name}"
    return ""


def _own_names() -> list[tuple[str, str]]:
    """Return the names that betray this machine, without those that are plain words."""
    names = [(str(Path.home()), "home folder"), (tempfile.gettempdir(), "temporary folder")]
    names += [(os.environ.get("USER", ""), "user"), (socket.gethostname(), "host name")]
    return [(name, kind) for name, kind in names if len(name) > 4 and name != "localhost"]


def _add_stream(kept: list, output) -> None:
    last = kept[-1] if kept else None
    if last is not None and last.get("name") == output["name"]:
        last["text"] += output["text"]
    else:
        kept.append(dict(output))


def _live_note() -> dict:
    data = {"text/markdown": LIVE, "text/plain": LIVE.strip("*").replace("`", "")}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def _keep_pictures(new: list, old: list) -> None:
    before = [output for output in old if "image/png" in output.get("data", {})]
    after = [output for output in new if "image/png" in output.get("data", {})]
    for was, now in zip(before, after, strict=False):
        if _same_pixels(was["data"]["image/png"], now["data"]["image/png"]):
            now["data"]["image/png"] = was["data"]["image/png"]


def _same_pixels(first: str, second: str) -> bool:
    from PIL import Image, UnidentifiedImageError

    if first == second:
        return True
    try:
        a, b = (Image.open(io.BytesIO(base64.b64decode(png))) for png in (first, second))
    except (UnidentifiedImageError, ValueError):
        return False
    return a.size == b.size and a.convert("RGBA").tobytes() == b.convert("RGBA").tobytes()
