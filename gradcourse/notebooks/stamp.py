"""The stamp of a page: a hash over all code that makes its outputs."""

import ast
import hashlib
import io
import re
import tokenize
from pathlib import Path

from gradcourse.notebooks import files

SHARED = ("problems", "data")
OWN = ("methods", "pictures")
RECORDED = re.compile(r"""\brecorded\(\s*["'](\w+)["'],\s*["'](\w+)["']""")


def code_hash(notebook, name: str, root: Path) -> str:
    """Return the hash of a page's cells, its records, method, pictures, problems and data code.

    Docstrings, comments and empty lines do not count.

    Args:
        notebook: the page.
        name: its name, such as `00_descent`.
        root: the course.

    Returns:
        Sixteen hexadecimal digits.
    """
    digest = hashlib.sha256()
    for cell in files.code_cells(notebook):
        digest.update(bare(cell["source"]).encode("utf-8") + b"\0")
    for path in _records(notebook, root):
        digest.update(path.read_bytes() + b"\0")
    for path in sources(name, root):
        code = bare(path.read_text(encoding="utf-8"))
        digest.update(f"{path.relative_to(root).as_posix()}\n{code}\0".encode())
    return digest.hexdigest()[:16]


def _records(notebook, root: Path) -> list[Path]:
    """Return the records that a page shows."""
    asked = [words for cell in files.code_cells(notebook)
             for words in RECORDED.findall(cell["source"])]
    found = [root / "gradcourse" / "recorded" / slug / f"{name}.json" for slug, name in asked]
    return [path for path in found if path.is_file()]


def sources(name: str, root: Path) -> list[Path]:
    """Return the files of the library that a page's outputs rest on."""
    library, slug = root / "gradcourse", files.slug_of(name)
    found = []
    for room in OWN:
        found += [library / room / f"{slug}.py", *sorted((library / room / slug).rglob("*.py"))]
    found += [library / f"{module}.py" for module in SHARED]
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
