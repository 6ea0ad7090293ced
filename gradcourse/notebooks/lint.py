"""Name every fault of a page: file, cell, rule and what to do."""

from pathlib import Path

from gradcourse.notebooks import files, rules_cells, rules_outputs, rules_prose
from gradcourse.notebooks.page import Page

RULES = {
    rule.__name__: rule
    for rule in (
        rules_outputs.shape,
        rules_cells.order,
        rules_cells.parameters,
        rules_cells.ids,
        rules_cells.length,
        rules_cells.syntax,
        rules_cells.forbidden,
        rules_cells.balance,
        rules_cells.filled,
        rules_prose.headings,
        rules_prose.alt,
        rules_prose.links,
        rules_prose.decimals,
        rules_prose.equations,
        rules_outputs.counts,
        rules_outputs.compared,
        rules_outputs.stored,
        rules_outputs.stamp,
    )
}


def lint(pages=None, root: Path | str | None = None) -> list[str]:
    """Return the faults of the pages asked for.

    Args:
        pages: None or "all" for every page; otherwise names, which stand for the chapter, the
            exercise and the solution of that name, or paths of notebooks.
        root: the course; None finds it.

    Returns:
        Lines such as `chapters/00_descent.ipynb: descent-twin: length: 31 lines of code, …`.

    Raises:
        ValueError: an unknown name, or a file that is no notebook.
    """
    course = files.course_root(root)
    return [line for path in _paths(pages, course) for line in _lint_one(path, course)]


def _paths(pages, course: Path) -> list[Path]:
    if isinstance(pages, str | Path):
        pages = [pages]
    listed = [p for p in pages or () if str(p).endswith(".ipynb")]
    asked = [p for p in pages or () if p not in listed]
    found = [Path(p).resolve() for p in listed]
    if listed and not asked:
        return found
    known = set()
    for kind in files.KINDS:
        known |= set(files.names(kind, course))
    if asked in ([], ["all"]):
        asked = sorted(known)
    for name in asked:
        matches = [k for k in sorted(known) if name in (k, *k.split("_", 1))]
        if not matches:
            raise ValueError(f"no page {name!r}; there is {', '.join(sorted(known)) or 'none'}")
        found += [path for kind in files.KINDS
                  if (path := files.page_path(kind, matches[0], course)).is_file()]
    return found


def _lint_one(path: Path, course: Path) -> list[str]:
    kinds = [kind for kind in files.KINDS if path.is_relative_to(course / kind)]
    if not kinds:
        raise ValueError(f"{path.name} lies in none of {', '.join(files.KINDS)}")
    page = Page(path, kinds[0], course, files.read(path))
    where = path.relative_to(course).as_posix()
    return [f"{where}: {cell}: {name}: {remedy}"
            for name, rule in RULES.items() for cell, remedy in rule(page)]
