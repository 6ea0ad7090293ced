"""What of our own modules a piece of code reaches: only the definitions it names."""

import ast
from pathlib import Path


def reached(codes: dict[Path, str], root: Path) -> dict[Path, str]:
    """Return the definitions that some files reach in other modules of ours.

    Args:
        codes: text of the files to begin with, by path.
        root: the course.

    Returns:
        By path, the source of what is reached there, in the order of the file; a module imported
        as a whole is reached as a whole. Files of `codes` are left out.
    """
    wanted: dict[Path, set] = {}
    todo = [(module, name) for path, code in codes.items()
            for module, name in _asked(ast.parse(code), path, root)]
    while todo:
        module, name = todo.pop()
        path, name = _place(module, name, root)
        if path is None or path in codes or name in wanted.setdefault(path, set()):
            continue
        wanted[path].add(name)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        todo += _asked(_part(tree, _names_from(tree, {name})), path, root)
    found = {}
    for path, names in wanted.items():
        code = path.read_text(encoding="utf-8")
        part = _part(ast.parse(code), _names_from(ast.parse(code), names))
        found[path] = "\n".join(_lines(code, node) for node in part.body)
    return found


def _asked(tree: ast.Module, path: Path, root: Path) -> list[tuple[str, str]]:
    """Return (module, name) of each `from gradcourse… import name`, relative ones included."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                package = path.relative_to(root).parent.parts
                base = package[: len(package) - node.level + 1]
                module = ".".join([*base, *filter(None, [module])])
            found += [(module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [(alias.name, "*") for alias in node.names]
    return [(module, name) for module, name in found if module.partition(".")[0] == "gradcourse"]


def _place(module: str, name: str, root: Path) -> tuple[Path | None, str]:
    """Return the file that holds a name; for a module, its file and `*`, which is all of it."""
    whole = _file(module if name == "*" else f"{module}.{name}", root)
    return (whole, "*") if whole else (_file(module, root), name)


def _file(module: str, root: Path) -> Path | None:
    path = root.joinpath(*module.split("."))
    files = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in files if file.is_file()), None)


def _names_from(tree: ast.Module, names: set) -> set:
    """Add to the names those of the same module that their definitions use."""
    todo, known = list(names), set()
    while todo:
        name = todo.pop()
        if name in known:
            continue
        known.add(name)
        for node in tree.body:
            if name in _defines(node):
                todo += [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return known


def _part(tree: ast.Module, names: set) -> ast.Module:
    keep = [node for node in tree.body if "*" in names or names & _defines(node)]
    return ast.Module(keep, [])


def _lines(code: str, node) -> str:
    """Return the lines of a statement, with its decorators."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    return "\n".join(code.splitlines()[first - 1 : node.end_lineno])


def _defines(node) -> set:
    """Return the names that a statement at the top of a module sets."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    return {n.id for t in targets if t is not None for n in ast.walk(t) if isinstance(n, ast.Name)}
