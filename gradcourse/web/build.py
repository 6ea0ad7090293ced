"""Build the site: lay out its source, then let Sphinx make pages of it.

Nothing is executed but the panels' own drawing, and nothing is fetched: the pages show the outputs
stored in the chapters, and every script comes from an installed package.
"""

import hashlib
import html
import importlib
import os
import re
import shutil
from concurrent.futures import ProcessPoolExecutor
from importlib import metadata
from pathlib import Path

from gradcourse import folders
from gradcourse.notebooks import files, stamp
from gradcourse.pictures.panel import Panel
from gradcourse.web import api, notebook, parts
from gradcourse.web import panel as live
from gradcourse.web.facts import Chapter, chapters
from gradcourse.web.frames import Frames, kept
from gradcourse.web.launch import launch, repository

# The sha256 of tex-svg.js in MathJax 3.2.2, as npm ships it too.
MATHJAX = "d4295dc33744836935c1399feece5159577b34c5c8ffb9f1c6324cd82e03a882"

ICONS = re.compile(r"<(script|link)\b[^>]*fontawesome[^>]*>(?:</script>)?")
SEARCH = re.compile(r"<script src=\S*/?(?:searchtools|language_data|searchindex)\.js\S*</script>")


def build(out: Path, root: Path | None = None, jobs: int = 2, strict: bool = True) -> Path:
    """Build the site into ``out``.

    Args:
        out: the folder of the site; it is made anew.
        root: the course.
        jobs: how many processes draw panels.
        strict: a warning of Sphinx is an error.

    Returns:
        The path of the first page.

    Raises:
        ValueError: a page lacks something, or Sphinx found a fault.
    """
    from sphinx.cmd.build import build_main

    root = root or folders.root()
    source = root / "build" / "site-source"
    assemble(source, root, jobs)
    shutil.rmtree(out, ignore_errors=True)
    words = ["-q", "-b", "html", "-d", str(root / "build" / "site-trees")]
    words += ["-D", f"html_extra_path={source / 'extra'}"]
    words += ["-W", "--keep-going"] if strict else []
    if build_main([*words, "-c", str(root / "docs"), str(source), str(out)]):
        raise ValueError("the site was not built: the lines above say why")
    _tidy(out)
    return out / "index.html"


def assemble(source: Path, root: Path, jobs: int = 2) -> None:
    """Lay out the source of the site as the repository is laid out, so that its links hold."""
    shutil.rmtree(source, ignore_errors=True)
    known = chapters(root)
    extra = source / "extra"
    for name in ("CONTRIBUTING.md", "CHANGELOG.md", *_docs(root)):
        target = source / ("index.md" if name == "docs/index.md" else name)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = (root / name).read_text(encoding="utf-8")
        if target.name == "index.md":
            text = text.replace("<!-- first panel -->", _first_panel(known, root, extra))
        target.write_text(parts.fill(text, known, root), encoding="utf-8")
    for image in (root / "docs").glob("*.png"):
        shutil.copy(image, source / "docs" / image.name)
    for shots in ("panels", "pictures"):
        if (root / "docs" / shots).is_dir():
            shutil.copytree(root / "docs" / shots, extra / "docs" / shots)
    api.write(source / "api")
    _icons(root / "docs" / "_static" / "site.css", extra / "icons")
    shutil.copytree(mathjax().parent, extra / "mathjax", ignore=_all_but("tex-svg.js"))
    with ProcessPoolExecutor(jobs) as pool:
        list(pool.map(_chapter, known, [root] * len(known), [source] * len(known)))


def _first_panel(known: list[Chapter], root: Path, extra: Path) -> str:
    """Return the first panel of the first chapter, for the first page."""
    panel, drawn = next(iter(panels(known[0].name, root).values()))
    strip = f'<img src="docs/pictures/bowl.png" alt="{html.escape(panel.alt)}">'
    return live.html(panel, drawn, "index/first", strip, extra).replace("../frames/", "frames/")


def _icons(styles: Path, folder: Path) -> None:
    """Take from the font of the theme's icons the few that site.css names."""
    import pydata_sphinx_theme
    from fontTools import subset

    theme = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme"
    (font,) = (theme / "static").rglob("fa-solid-900.woff2")
    folder.mkdir(parents=True, exist_ok=True)
    named = ",".join(re.findall(r'content: "\\(f\w{3})"', styles.read_text(encoding="utf-8")))
    subset.main([str(font), f"--unicodes={named}", "--flavor=woff2",
                 f"--output-file={folder / font.name}"])


def mathjax() -> Path:
    """Return the script that sets formulas, as an installed package ships it.

    Raises:
        ValueError: it is not MathJax 3.2.2, byte for byte.
    """
    name = "sphinx-mathjax-offline"
    script = Path(metadata.distribution(name).locate_file(f"{name}/static/mathjax/tex-svg.js"))
    if hashlib.sha256(script.read_bytes()).hexdigest() != MATHJAX:
        raise ValueError("the installed MathJax is another one than was tested: make setup-site")
    return script


def panels(name: str, root: Path) -> dict[str, tuple[Panel, Frames]]:
    """Return a chapter's panels and their frames by the panels' alt text."""
    module = importlib.import_module(f"gradcourse.pictures.{files.slug_of(name)}")
    library = root / "gradcourse"
    sources = [*stamp.sources(name, root), *(library / shared for shared in stamp.SHARED)]
    sources += [library / "pictures" / file
                for file in ("style.py", "panel.py", "strip.py", "course.mplstyle")]
    found = {}
    for make in getattr(module, "PANELS", {}).values():
        panel = make()
        found[panel.alt] = panel, kept(panel, sources, root / "build" / "frames")
    return found


def _chapter(chapter: Chapter, root: Path, source: Path) -> None:
    """Write a chapter and its exercises."""
    page = notebook.chapter(files.page_path("chapters", chapter.name, root),
                            panels(chapter.name, root), source / "extra")
    page["cells"].insert(1, launch(chapter, repository(root)))
    files.write(source / "chapters" / f"{chapter.name}.ipynb", page)
    exercise = notebook.exercise(files.page_path("exercises", chapter.name, root))
    files.write(files.page_path("exercises", chapter.name, source), exercise)


def _docs(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in sorted((root / "docs").glob("*.md"))]


def _all_but(name: str):
    return lambda folder, names: [other for other in names if other != name]


def _tidy(out: Path) -> None:
    """Drop what a reader never asks for: icons drawn by a script, the index where none searches."""
    for name in (".buildinfo", "objects.inv", "_static/scripts/fontawesome.js"):
        (out / name).unlink(missing_ok=True)
    for path in [*out.rglob("*.map"), *(out / "_static").rglob("*.html")]:
        path.unlink()
    for folder in ("_sources", "_static/vendor"):
        shutil.rmtree(out / folder, ignore_errors=True)
    for path in out.rglob("*.html"):
        text = ICONS.sub("", path.read_text(encoding="utf-8"))
        text = text if path.name == "search.html" else SEARCH.sub("", text)
        text = text.replace("<summary><span", '<summary aria-label="open or close"><span')
        path.write_text(text, encoding="utf-8")
    (out / ".nojekyll").touch()


def jobs_here() -> int:
    """Return how many processes this machine carries."""
    return max(1, min(8, os.cpu_count() or 1))
