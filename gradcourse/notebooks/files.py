"""Where pages lie, and how they are read and written: always the same bytes."""

import re
from pathlib import Path

from gradcourse import folders

KINDS = ("chapters", "exercises", "solutions")
FILL = re.compile(r"FILL: *([^\n\"|<*]+)")  # what the skeleton of a chapter leaves to its author


def course_root(root: Path | str | None = None) -> Path:
    """Return the folder that holds `chapters/`; None looks for it."""
    return folders.root() if root is None else Path(root).resolve()


def page_path(kind: str, name: str, root: Path) -> Path:
    """Return where the page `name` (such as `00_descent`) of one kind lies."""
    if kind == "chapters":
        return root / kind / f"{name}.ipynb"
    return root / kind / name / f"{name}.ipynb"


def names(kind: str, root: Path) -> list[str]:
    """Return the names of all pages of one kind, in reading order."""
    pattern = "*.ipynb" if kind == "chapters" else "*/*.ipynb"
    found = (path for path in (root / kind).glob(pattern))
    return sorted({path.stem for path in found if ".ipynb_checkpoints" not in path.parts})


def choose(slugs, kind: str, root: Path) -> list[str]:
    """Return the pages asked for.

    Args:
        slugs: None or "all" for every page, one name, or several; `00_descent`, `descent` and
            `00` all name the first.
        kind: "chapters", "exercises" or "solutions".
        root: the course.

    Returns:
        Names such as `00_descent`, in the order asked.

    Raises:
        ValueError: a name that no page has.
    """
    known = names(kind, root)
    if not slugs or slugs in ("all", ["all"]):
        return known
    chosen = []
    for asked in [slugs] if isinstance(slugs, str) else slugs:
        match = [name for name in known if asked in (name, *name.split("_", 1))]
        if not match:
            raise ValueError(f"no page {asked!r} in {kind}/; there is {_list(known)}")
        chosen += match[:1]
    return chosen


def _list(known: list[str]) -> str:
    return ", ".join(known) or "none"


def slug_of(name: str) -> str:
    """Return the part of a page's name after its number: `00_descent` gives `descent`."""
    number, _, slug = name.partition("_")
    return slug if number.isdigit() and slug else name


def read(path: Path):
    """Return a notebook with joined sources.

    Raises:
        ValueError: the file is missing or is no notebook of format 4 with cell ids.
    """
    from nbformat import v4

    try:  # the plain reader: the checking one repairs what the linter must see
        notebook = v4.reads(Path(path).read_text(encoding="utf-8"))
        well = notebook["nbformat"] == 4 and all("id" in cell for cell in notebook["cells"])
    except FileNotFoundError:
        raise ValueError(f"no notebook at {path}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is no readable notebook: {first_line(error)}") from None
    if not well:
        raise ValueError(f"{path} is no notebook of format 4.5, whose cells have ids")
    return notebook


def text_of(notebook) -> str:
    """Return the notebook as text: keys sorted, sources split by lines, one newline at the end."""
    from nbformat import from_dict, v4

    return v4.writes(from_dict(notebook)).rstrip("\n") + "\n"


def write(path: Path, notebook) -> None:
    """Write the notebook in the form of `text_of`."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(notebook), encoding="utf-8", newline="\n")


def same(path: Path, notebook) -> bool:
    """Return whether the file holds exactly the bytes that `write` would write."""
    return path.is_file() and path.read_bytes() == text_of(notebook).encode("utf-8")


def tags(cell) -> list[str]:
    """Return the cell's tags."""
    return list(cell.get("metadata", {}).get("tags", []))


def code_cells(notebook) -> list:
    """Return the code cells."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def first_line(error: object) -> str:
    """Return the first line of a message that is not empty."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
