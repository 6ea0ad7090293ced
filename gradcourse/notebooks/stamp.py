"""The stamp of a page: a hash over all code that makes its outputs."""

import ast
import hashlib
import io
import re
import tokenize
from pathlib import Path

from gradcourse.notebooks import files
from gradcourse.notebooks.reach import reached

SHARED = ("problems.py", "models.py", "data.py")
OWN = ("methods", "pictures")
RECORDED = re.compile(r"""\brecorded\(\s*["'](\w+)["'],\s*["'](\w+)["']""")


def code_hash(notebook, name: str, root: Path) -> str:
    """Return the hash of a page's cells, its records, method and pictures, and of shared code.

    Docstrings, comments and empty lines do not count; of the shared modules only what the page
    reaches by name, so that a new problem leaves the other chapters fresh.

    Args:
        notebook: the page.
        name: its name, such as `00_descent`.
        root: the course.

    Returns:
        Sixteen hexadecimal digits.
    """
    page = root / "chapters" / f"{name}.ipynb"
    codes = {page: "\n".join(_python(bare(cell["source"])) for cell in files.code_cells(notebook))}
    codes |= {path: bare(path.read_text(encoding="utf-8")) for path in sources(name, root)}
    shared = reached(codes, root).items()
    codes |= {path: bare(code) for path, code in shared if _counts(path, root)}
    digest = hashlib.sha256()
    for path, code in sorted(codes.items()):
        digest.update(f"{path.relative_to(root).as_posix()}\n{code}\0".encode())
    for path in _records(notebook, root):
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _counts(path: Path, root: Path) -> bool:
    """Tell whether outputs rest on a shared module: a picture's look or a card's does not."""
    room, *rest = path.relative_to(root / "gradcourse").parts
    return room == "methods" and bool(rest) or room in SHARED


def _python(code: str) -> str:
    """Return code that is no Python as a comment, so that what follows it can still be read."""
    try:
        ast.parse(code)
    except SyntaxError:
        return "# " + code.replace("\n", "\n# ")
    return code


def _records(notebook, root: Path) -> list[Path]:
    """Return the records that a page shows."""
    asked = [words for cell in files.code_cells(notebook)
             for words in RECORDED.findall(cell["source"])]
    found = [root / "gradcourse" / "recorded" / slug / f"{name}.json" for slug, name in asked]
    return [path for path in found if path.is_file()]


def sources(name: str, root: Path) -> list[Path]:
    """Return the chapter's own files of the library that a page's outputs rest on."""
    library, slug = root / "gradcourse", files.slug_of(name)
    found = []
    for room in OWN:
        found += [library / room / f"{slug}.py", *sorted((library / room / slug).rglob("*.py")),
                  *sorted((library / room / f"{slug}_parts").rglob("*.py"))]
    return [path for path in found if path.is_file()]


def bare(code: str) -> str:
    """Return code without docstrings, comments and empty lines; text that is no Python as it is.

    Example:
        >>> bare("x = 1  # one")
        'x = 1'
    """
    try:
        tree = ast.parse(code)
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (SyntaxError, tokenize.TokenError):
        return code.strip()
    lines = code.splitlines()
    for token in tokens:
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for first, last in _docstrings(tree):
        lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _docstrings(tree) -> list[tuple[int, int]]:
    """Return first and last line of each docstring that stands on lines of its own."""
    spans = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            continue
        if ast.get_docstring(node, clean=False) is None:
            continue
        doc = node.body[0]
        if isinstance(node, ast.Module) or doc.lineno > node.lineno:
            spans.append((doc.lineno, doc.end_lineno))
    return spans
