"""Every panel of the course on one page, for measuring and for pictures."""

import importlib
from pathlib import Path

from gradcourse import folders
from gradcourse.web.jupyterlab import notebook

CODE = """from gradcourse.lab import panel
from gradcourse.pictures.{slug} import PANELS

panel(PANELS["{name}"]())"""


def panels(root: Path | None = None) -> list[tuple[str, str]]:
    """Return chapter and name of every panel, in reading order."""
    found = []
    for chapter in folders.chapters(root):
        module = importlib.import_module(f"gradcourse.pictures.{folders.slug(chapter)}")
        found += [(chapter, name) for name in getattr(module, "PANELS", {})]
    return found


def page(path: Path) -> list[tuple[str, str]]:
    """Write a notebook that shows every panel, one a cell, and return which."""
    known = panels()
    notebook(path, *(CODE.format(slug=folders.slug(c), name=name) for c, name in known))
    return known
