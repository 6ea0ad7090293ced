"""Make recorded runs again, and tell which were made by code that has changed since."""

import ast
import datetime
import hashlib
import importlib
import inspect
import json
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from gradcourse.notebooks import files
from gradcourse.notebooks.reach import reached
from gradcourse.notebooks.stamp import bare

SHOWN = ("gradcourse", "torch", "numpy", "scipy", "scikit-learn")


class Recorded(NamedTuple):
    """One recorded run, as it lies there."""

    slug: str
    name: str
    state: str  # fresh, stale, missing (never made) or left over (no function makes it)
    made: str  # date and device, or empty

    def __str__(self) -> str:
        return f"{self.slug} {self.name}: {self.state}" + (f" ({self.made})" if self.made else "")


def records(slug: str | None = None, root: Path | str | None = None) -> list[Recorded]:
    """List what is recorded, and whether its code is still the same.

    Args:
        slug: only of this chapter, as `01_multistage` or `multistage`.
        root: the course; None finds it.

    Returns:
        One row a record, by chapter and name.

    Raises:
        ValueError: a chapter that records nothing.
    """
    folder = files.course_root(root) / "gradcourse" / "recorded"
    known = sorted(path.parent.name for path in folder.glob("*/__init__.py"))
    wanted = known if slug is None else [files.slug_of(slug)]
    if not set(wanted) <= set(known):
        raise ValueError(f"no records of {slug!r}; there is {', '.join(known) or 'none'}")
    return [row for name in wanted for row in _states(folder / name)]


def record(slug: str | None = None, name: str | None = None, *, device: str = "auto",
           progress: bool = True, root: Path | str | None = None) -> list[Path]:
    """Make records again; without names, all that are not fresh.

    Args:
        slug: the chapter; None for every one.
        name: which of its records; None for all of that chapter.
        device: "auto", "cpu" or a GPU's name, as on a page.
        progress: show a bar.
        root: where the records are written; the functions are those of this installation.

    Returns:
        The files written.

    Raises:
        ValueError: an unknown chapter, record or device.
    """
    course = files.course_root(root)
    rows = records(slug, course)
    made = [row for row in rows if row.state != "left over"]
    if name is not None and name not in [row.name for row in made]:
        known = ", ".join(row.name for row in made) or "none"
        raise ValueError(f"no record {name!r} of {slug}; there is {known}")
    wanted = [row for row in made if name in (None, row.name)]
    if slug is None:
        wanted = [row for row in wanted if row.state != "fresh"]
    return [_make(row, device, progress, course) for row in wanted]


def record_hash(slug: str, root: Path) -> str:
    """Return the hash of a chapter's recording code, of its method and of what both reach for.

    Of modules that chapters share only the definitions that are reached count, so that a new
    problem of another chapter makes nothing stale.
    """
    library, digest = root / "gradcourse", hashlib.sha256()
    own = sorted((library / "recorded" / slug).rglob("*.py"))
    method = [library / "methods" / f"{slug}.py", *(library / "methods" / slug).rglob("*.py")]
    whole = own + sorted(path for path in method if path.is_file())
    codes = {path: path.read_text(encoding="utf-8") for path in whole}
    codes |= reached(codes, root)
    for path, code in sorted(codes.items()):
        digest.update(f"{path.relative_to(root).as_posix()}\n{bare(code)}\0".encode())
    return digest.hexdigest()[:16]


def _runs(folder: Path) -> list[str]:
    """Return the names under RUNS in the code, and those of the files beside it."""
    return sorted({*_keys(_code(folder)), *(path.stem for path in folder.glob("*.json"))})


def _code(folder: Path) -> str:
    return (folder / "__init__.py").read_text(encoding="utf-8")


def _keys(code: str) -> list[str]:
    for node in ast.parse(code).body:
        if isinstance(node, ast.Assign) and [t.id for t in node.targets
                                             if isinstance(t, ast.Name)] == ["RUNS"]:
            return [key.value for key in node.value.keys]
    return []


def _states(folder: Path) -> list[Recorded]:
    hash, keys = record_hash(folder.name, folder.parents[2]), _keys(_code(folder))
    return [_state(folder / f"{name}.json", name in keys, hash) for name in _runs(folder)]


def _state(path: Path, wanted: bool, hash: str) -> Recorded:
    slug, name = path.parent.name, path.stem
    if not path.is_file():
        return Recorded(slug, name, "missing", "")
    kept = json.loads(path.read_text(encoding="utf-8"))
    fresh = "fresh" if kept["hash"] == hash else "stale"
    return Recorded(slug, name, fresh if wanted else "left over",
                    f"{kept['date']}, {kept['device']}")


def _make(row: Recorded, device: str, progress: bool, root: Path) -> Path:
    from tqdm.auto import tqdm

    from gradcourse.lab.begin import choose_device

    where = choose_device(device)
    function = importlib.import_module(f"gradcourse.recorded.{row.slug}").RUNS[row.name]
    began = time.perf_counter()

    def bar(items):
        return tqdm(items, desc=f"{row.slug} {row.name}", disable=not progress, leave=False)

    numbers = function(where, bar)
    kept = {
        "command": f"gradcourse record {row.slug} {row.name}",
        "date": datetime.date.today().isoformat(),
        "device": _device_words(where),
        "seconds": round(time.perf_counter() - began),
        "versions": {"python": platform.python_version(),
                     **{name: version(name).partition("+")[0] for name in SHOWN}},
        "settings": _settings(function),
        "hash": record_hash(row.slug, root),
        "numbers": numbers,
    }
    path = root / "gradcourse" / "recorded" / row.slug / f"{row.name}.json"
    text = json.dumps(kept, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _settings(function) -> dict:
    """Return the function's defaults; a range, which seeds are, as its first and last number."""
    found = inspect.signature(function).parameters.values()
    given = {p.name: p.default for p in found if p.default is not p.empty}
    return {name: {"first": value[0], "last": value[-1]} if isinstance(value, range) else value
            for name, value in given.items()}


def _device_words(where: str) -> str:
    if where == "cpu":
        return f"CPU ({platform.machine() or sys.platform})"
    import torch

    return torch.cuda.get_device_name(where)
