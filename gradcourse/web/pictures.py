"""`python -m gradcourse.web.pictures`: the pictures that README and site show.

Every panel as JupyterLab shows it, by light and by night, into `docs/panels`; and three for the
README into `docs/pictures`: a panel at three settings, the first page of a learner, a card.  The
first needs no browser and is the same on every machine.
"""

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image

from gradcourse import folders, home
from gradcourse.web import show
from gradcourse.web.frames import differences
from gradcourse.web.jupyterlab import browser, notebook, open_lab, opened, run_all, server

WIDE = 720  # pixels of a panel's picture
CARD = """import torch
from gradcourse.lab import check

def gradient_step(x, g, *, lr):
    return x + lr * g

check("descent.1", gradient_step)"""


def main() -> int:
    """Make all pictures anew."""
    root = folders.root()
    write(root / "docs" / "pictures" / "bowl.png", bowl())
    with browser() as running:
        for theme in ("light", "dark"):
            for path in shoot(running, root, theme):
                print(path.relative_to(root))
    return 0


def bowl() -> Image.Image:
    """Draw the first panel of the course at three settings, one below the other."""
    from gradcourse.pictures.descent import PANELS

    panel = PANELS["bowl"]()
    values = (0.3, panel.start()["step"], 2.06)
    looks = [Image.open(io.BytesIO(panel.frame(step=value))).convert("RGB") for value in values]
    wide, high = looks[0].size
    sheet = Image.new("RGB", (wide, high * len(looks)), "white")
    for number, look in enumerate(looks):
        sheet.paste(look, (0, number * high))
    return sheet


def shoot(running, root: Path, theme: str) -> list[Path]:
    """Take every panel, a learner's first page and a card in one theme of JupyterLab."""
    with tempfile.TemporaryDirectory() as folder:
        work, own = Path(folder) / "work", Path(folder) / "home"
        folders.update(work, root)
        home.write(work)
        known = show.page(work / "panels.ipynb")
        notebook(work / "card.ipynb", CARD)
        with server(work, own, dark=theme == "dark") as address:
            lab = open_lab(running, address)
            paths = _panels(lab, known, root / "docs" / "panels", theme)
            paths += _pages(lab, root / "docs" / "pictures", theme)
    return paths


def write(path: Path, image: Image.Image, wide: int = 2 * WIDE) -> Path:
    """Write a picture small: few colours in PNG, or WebP."""
    if image.width > wide:
        size = wide, round(wide * image.height / image.width)
        image = image.resize(size, Image.Resampling.LANCZOS)
    path.parent.mkdir(parents=True, exist_ok=True)
    (small,) = differences([image], 0)
    if path.suffix == ".png":
        Image.open(io.BytesIO(small)).convert("RGB").quantize(64).save(path, optimize=True)
    else:
        path.write_bytes(small)
    return path


def _panels(lab, known, folder: Path, theme: str) -> list[Path]:
    paths = []
    with opened(lab, "panels.ipynb") as page:
        run_all(page, 300)
        for number, (chapter, name) in enumerate(known):
            box = page.locator(".gradcourse-panel").nth(number)
            box.scroll_into_view_if_needed()
            page.wait_for_timeout(500)
            image = Image.open(io.BytesIO(box.screenshot())).convert("RGB")
            paths.append(write(folder / f"{chapter}-{name}-{theme}.webp", image, WIDE))
    return paths


def _pages(lab, folder: Path, theme: str) -> list[Path]:
    """Take the first page and the card of a common mistake."""
    paths = []
    for file, wanted, name in ((home.PAGE, "table", "start"), ("card.ipynb", "div", "card")):
        with opened(lab, file) as page:
            run_all(page, 120)
            area = page.locator(".jp-OutputArea-output").last
            area.locator(wanted).first.wait_for()
            page.wait_for_timeout(500)
            image = Image.open(io.BytesIO(area.screenshot())).convert("RGB")
            paths.append(write(folder / f"{name}-{theme}.png", image, WIDE))
    return paths


if __name__ == "__main__":
    sys.exit(main())
