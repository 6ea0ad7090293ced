"""Run a chapter once, cleanly, and store its outputs with the stamp of the code behind them."""

from pathlib import Path

import gradcourse
from gradcourse.notebooks import files
from gradcourse.notebooks.kernel import execute
from gradcourse.notebooks.outputs import clean
from gradcourse.notebooks.stamp import code_hash

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
KEPT = ("tags", "jupyter")  # what stays of a cell's metadata


def refresh(
    slugs=None, mode: str = "read", *, progress: bool = False, root: Path | str | None = None
) -> list[Path]:
    """Execute chapters and store clean outputs.

    Args:
        slugs: None or "all", a name or several.
        mode: the mode of the run; committed pages are made in "read".
        progress: show a bar over the cells.
        root: the course; None finds it.

    Returns:
        The files whose bytes changed.

    Raises:
        ValueError: an unknown name, a cell that fails, or an output that must not be stored;
            then the file stays as it was.
    """
    course = files.course_root(root)
    changed = []
    for name in files.choose(slugs, "chapters", course):
        path = files.page_path("chapters", name, course)
        page = _refreshed(path, mode, course, progress)
        if not files.same(path, page):
            files.write(path, page)
            changed.append(path)
    return changed


def stale(slugs=None, root: Path | str | None = None) -> list[Path]:
    """Return the chapters whose stamp differs from the code that is there now."""
    course = files.course_root(root)
    paths = [files.page_path("chapters", name, course)
             for name in files.choose(slugs, "chapters", course)]
    return [path for path in paths if not is_fresh(files.read(path), path.stem, course)]


def is_fresh(notebook, name: str, root: Path) -> bool:
    """Return whether a page's stamp is that of the code that is there now."""
    stamp = notebook["metadata"].get("gradcourse", {})
    return stamp.get("hash") == code_hash(notebook, name, root)


def _refreshed(path: Path, mode: str, root: Path, progress: bool):
    page = files.read(path)
    env = {"GRADCOURSE_MODE": mode, "GRADCOURSE_STRICT": "1"}
    done = execute(path, bar=path.stem if progress else "", env=env)
    if done.error:
        raise ValueError(f"{path.stem}: {done.error}")
    count = 0
    for cell, ran in zip(page["cells"], done.notebook["cells"], strict=True):
        tidy = {key: cell["metadata"][key] for key in KEPT if cell["metadata"].get(key)}
        if cell["cell_type"] == "code":
            count += bool(cell["source"].strip())
            _store(cell, ran, count, path.stem)
        cell["metadata"] = tidy
    stamp = {"hash": code_hash(page, path.stem, root), "version": gradcourse.__version__}
    page["metadata"] = {"gradcourse": stamp, "kernelspec": KERNEL,
                        "language_info": {"name": "python"}}
    return page


def _store(cell, ran, count: int, name: str) -> None:
    try:
        cell["outputs"] = clean(ran, cell.get("outputs", []))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    cell["execution_count"] = count
    for output in cell["outputs"]:
        if output["output_type"] == "execute_result":
            output["execution_count"] = count
