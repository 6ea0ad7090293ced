"""Where things lie: the course's own folder, its chapters, and the learner's copy.

The pages in the course's folder are the edition.  A learner works on a copy, made and kept up to
date by `update`; what the learner changed is never overwritten.  Imports nothing heavy.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

COPIED = ("chapters", "exercises")
HOME = ".gradcourse"
_CHAPTER = re.compile(r"(\d\d)_([a-z][a-z0-9]*)")


def root(start: Path | str | None = None) -> Path:
    """Find the course's folder: upwards from `start`, else where this package was installed from.

    Args:
        start: folder to look up from; the working folder by default.

    Returns:
        The folder that holds `course.py` and `chapters/`.

    Raises:
        ValueError: no such folder.
    """
    here = Path(start or Path.cwd()).resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[1]):
        if (folder / "course.py").is_file() and (folder / "chapters").is_dir():
            return folder
    raise ValueError("no course folder here: change into the folder made by git clone")


def chapters(course: Path | None = None) -> list[str]:
    """List the chapters that exist, in reading order, as `NN_slug`."""
    pages = ((course or root()) / "chapters").glob("*.ipynb")
    return sorted(page.stem for page in pages if _CHAPTER.fullmatch(page.stem))


def find(name: str, course: Path | None = None) -> str:
    """Turn `00_descent`, `descent` or `00` into `00_descent`.

    Raises:
        ValueError: no such chapter; the message lists those that exist.
    """
    known = chapters(course)
    for chapter in known:
        if name in (chapter, *chapter.split("_", 1)):
            return chapter
    raise ValueError(f"no chapter {name!r}; there is {', '.join(known) or 'none'}")


def slug(chapter: str) -> str:
    """Drop the number.

    Example:
        >>> slug("00_descent")
        'descent'
    """
    return chapter.split("_", 1)[1]


def page(chapter: str, course: Path | None = None) -> Path:
    """Return the path of a chapter's page."""
    return (course or root()) / "chapters" / f"{chapter}.ipynb"


def exercise(chapter: str, course: Path | None = None) -> Path:
    """Return the path of a chapter's exercise page."""
    return (course or root()) / "exercises" / chapter / f"{chapter}.ipynb"


def solution(chapter: str, course: Path | None = None) -> Path:
    """Return the path of a chapter's solution page."""
    return (course or root()) / "solutions" / chapter / f"{chapter}.ipynb"


def learner(start: Path | str | None = None) -> Path | None:
    """Find the learner's folder upwards from `start`, or None outside of one."""
    here = Path(start or Path.cwd()).resolve()
    return next((f for f in (here, *here.parents) if (f / HOME / "manifest.json").is_file()), None)


def update(folder: Path, course: Path | None = None) -> list[str]:
    """Copy the edition into the learner's folder; leave every file the learner changed.

    A file nobody touched since it was copied is replaced by the new edition.  Beside a file that
    was changed the new edition is put as `NAME.new.ipynb`, once an edition.

    Args:
        folder: the learner's folder, made when missing.
        course: the course's folder.

    Returns:
        One line for each file put beside a changed one.

    Raises:
        ValueError: `folder` is one of the course's own.
    """
    course = course or root()
    folder = _allowed(folder.resolve(), course)
    record = folder / HOME / "manifest.json"
    given = json.loads(record.read_text(encoding="utf-8"))["files"] if record.is_file() else {}
    lines = []
    for source in _edition(course):
        name = source.relative_to(course).as_posix()
        lines += _place(source.read_bytes(), folder, name, given)
    _write(record, json.dumps({"files": given}, indent=1, sort_keys=True).encode())
    return lines


def unfinished(folder: Path) -> str:
    """Return the first chapter whose exercises are not all solved; the last one if all are."""
    known = chapters(folder)
    if not known:
        raise ValueError(f"no chapters in {folder.name}/")
    done = _points(folder / HOME / "progress.json")
    return next((c for c in known if not asked(exercise(c, folder)) <= done), known[-1])


def _allowed(folder: Path, course: Path) -> Path:
    if folder == course or folder in course.parents:
        raise ValueError("the copy needs a folder of its own, such as work")
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder.name} is a file: name a folder, such as work")
    if folder.is_relative_to(course):
        top = course / folder.relative_to(course).parts[0]
        if top.is_dir() and top.name != "work" and not (top / HOME).is_dir():
            raise ValueError(f"{top.name}/ is the course's own: name another, such as work")
        _write(folder / ".gitignore", b"*\n")
    return folder


def _edition(course: Path) -> list[Path]:
    files = (path for name in COPIED for path in (course / name).rglob("*") if path.is_file())
    return sorted(f for f in files if not _hidden(f.relative_to(course)))


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "__pycache__")) for part in path.parts)


def _place(edition: bytes, folder: Path, name: str, given: dict[str, str]) -> list[str]:
    target, new = folder / name, _digest(edition)
    old, given[name] = given.get(name), new
    if not target.exists() or _digest(target.read_bytes()) in (old, new):
        _write(target, edition)
        return []
    if old == new:
        return []
    beside = _beside(target, folder, given)
    given[beside.relative_to(folder).as_posix()] = new
    _write(beside, edition)
    return [f"{name}: yours is kept, the new edition lies beside it as {beside.name}"]


def _beside(target: Path, folder: Path, given: dict[str, str]) -> Path:
    """Return a free name beside a changed file; one the learner has not changed counts as free."""
    for number in ("", *range(2, 100)):
        path = target.with_name(f"{target.stem}.new{number}{target.suffix}")
        if not path.exists():
            return path
        if _digest(path.read_bytes()) == given.get(path.relative_to(folder).as_posix()):
            return path
    raise ValueError(f"too many new editions beside {target.name}: delete some")


def _write(path: Path, content: bytes) -> None:
    """Write whole or not at all; leave a file alone that already holds this."""
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def asked(notebook: Path) -> set[str]:
    """Return the ids of the exercises that a notebook checks."""
    if not notebook.is_file():
        return set()
    cells = json.loads(notebook.read_text(encoding="utf-8")).get("cells", [])
    code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    return set(re.findall(r"""\bcheck\(\s*["']([a-z0-9_]+\.\d+)["']""", code))


def record(folder: Path) -> dict[str, dict]:
    """Return what the learner has earned, by exercise id; nothing where it cannot be read."""
    try:
        entries = json.loads((folder / HOME / "progress.json").read_text(encoding="utf-8"))
        return {name: entry for name, entry in entries.items() if isinstance(entry, dict)}
    except (OSError, ValueError, AttributeError):
        return {}


def _points(progress: Path) -> set[str]:
    """Return the ids of the exercises solved in full."""
    solved = record(progress.parents[1]).items()
    return {name for name, entry in solved if entry.get("state") == "right"}
