"""Put pictures and library code on a page."""

import ast
import base64
import inspect
import os
import textwrap

from IPython.display import display
from matplotlib.figure import Figure

from gradcourse.pictures.style import overflow, png

DPI = 192  # pixels per inch stored: sharp on a dense screen
CSS_DPI = 96  # pixels per inch shown
_coarse = False  # smoke mode draws with fewer pixels


def show(fig: Figure, *, alt: str) -> None:
    """Show a figure with words for readers who cannot see it.

    Args:
        fig: a figure of ``gradcourse.pictures`` or the learner's own.
        alt: what the picture shows, one or two sentences.

    Raises:
        ValueError: alt is empty, or GRADCOURSE_STRICT=1 and a text leaves the canvas.
    """
    if not alt.strip():
        raise ValueError("alt must say what the picture shows, got nothing")
    refuse_overflow(fig)
    width = round(fig.get_figwidth() * CSS_DPI)
    bundle, metadata = image_bundle(png(fig, dots(DPI)), alt, width)
    display(bundle, metadata=metadata, raw=True)


def coarse(on: bool) -> None:
    """Draw what follows on the page with fewer pixels, or with all of them again."""
    global _coarse
    _coarse = on


def dots(dpi: int) -> int:
    """Return the pixels per inch to draw with where a page in read mode has ``dpi``."""
    return dpi // 3 if _coarse else dpi


def source(*functions, docstring: bool = False) -> None:
    """Show the library's own code, coloured as the reader's theme colours code.

    Args:
        *functions: functions or classes of the library.
        docstring: keep the docstrings, which the page has usually said already.
    """
    for function in functions:
        code = _code(function, docstring)
        where = f"{function.__module__}.{function.__qualname__}"
        bundle = {"text/markdown": f"`{where}`\n```python\n{code}\n```", "text/plain": code}
        display(bundle, raw=True)


def refuse_overflow(fig: Figure) -> None:
    """Raise when GRADCOURSE_STRICT=1 and a text leaves the figure's canvas."""
    lost = overflow(fig) if os.environ.get("GRADCOURSE_STRICT") == "1" else []
    if lost:
        raise ValueError(f"text leaves the canvas: {', '.join(map(repr, lost))}")


def image_bundle(png: bytes, alt: str, width: int) -> tuple[dict, dict]:
    """Build the output bundle of a picture and its metadata, shown ``width`` CSS pixels wide."""
    data = base64.b64encode(png).decode()
    return {"image/png": data, "text/plain": alt}, {"image/png": {"alt": alt, "width": width}}


def _code(function, docstring: bool) -> str:
    code = textwrap.dedent(inspect.getsource(function)).rstrip()
    node = ast.parse(code).body[0]
    if docstring or ast.get_docstring(node) is None:
        return code
    lines, doc = code.splitlines(), node.body[0]
    rest = lines[doc.end_lineno:]
    while rest and not rest[0].strip():
        rest.pop(0)
    return "\n".join(lines[:doc.lineno - 1] + rest)
