"""Read a submitted notebook as data: which code a learner wrote, whatever happened to the file.

Nothing of a submission runs here. Answers are found by name, never by cell; what cannot be read
is an `Unreadable` with a reason for the instructor, never a silent zero.
"""

import ast
import datetime
import json
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

MAX_FILE = 64 * 2**20  # bytes of a notebook, outputs included
MAX_CODE = 900_000  # letters of code in one notebook
MAX_CELLS = 5000
MAX_TEXT = 20_000  # letters of one free answer that are kept
MAX_ZIP = 2 * 2**30  # bytes that an archive may unfold to
MAX_RATIO = 200  # how far one member may unfold
STAMP = "timestamp.txt"  # nbgrader's, beside a submission
KEPT = {"time", "timeit", "capture", "prun"}  # cell magics whose body is still Python


class Unreadable(ValueError):
    """A file that cannot be graded; the message is the reason."""


@dataclass(frozen=True)
class Cell:
    """One cell of a submission, its magics taken out."""

    number: int  # from 1, as it stands in the notebook
    source: str
    broken: str = ""  # why it is no Python, if it is not


@dataclass
class Submission:
    """What a learner handed in for one assignment."""

    cells: list[Cell]
    ambiguous: dict[str, str] = field(default_factory=dict)  # by name: why
    texts: dict[str, str] = field(default_factory=dict)  # free answers by question


@dataclass(frozen=True)
class Found:
    """A file that was handed in."""

    student: str
    assignment: str
    content: bytes
    problem: str = ""  # why it was not even opened
    name: str = ""  # the file's own
    file: str = ""  # its path as handed in, to give the feedback the same
    attempt: int = 1
    time: float | None = None  # seconds since 1970, where something tells
    late: bool | None = None  # None: nothing tells
    others: tuple[str, ...] = ()  # earlier attempts that lay beside it


# ---------------------------------------------------------------- one notebook


def read(content: bytes, names: set[str], page: list[dict] = ()) -> Submission:
    """Take a notebook apart.

    Args:
        content: the file.
        names: what the exercises ask for.
        page: the cells of the released page; an unchanged one keeps only what it defines,
            since its pictures and checks earn nothing.

    Raises:
        Unreadable: no notebook of Python that can be graded.
    """
    try:
        return _read(content, names, page)
    except (RecursionError, MemoryError):
        raise Unreadable("a cell is nested too deep to be read") from None


def _read(content: bytes, names: set[str], page: list[dict]) -> Submission:
    raw = _cells(content)
    if len(raw) > MAX_CELLS:
        raise Unreadable(f"more than {MAX_CELLS} cells")
    code = [(n, source) for n, (kind, source, _) in enumerate(raw, 1) if kind == "code"]
    if sum(len(source) for _, source in code) > MAX_CODE:
        raise Unreadable(f"more than {MAX_CODE // 1000} thousand letters of code")
    stock = {_plain(cell["source"]) for cell in page if cell["cell_type"] == "code"}
    cells = [
        _trimmed(n, source) if _plain(source) in stock else _cleaned(n, source)
        for n, source in code
    ]
    cells = _joined(cells)
    cells += _retyped(raw, cells, names)
    cells.sort(key=lambda cell: cell.number)
    return Submission(cells, _ambiguous(cells, names), _texts(raw, page))


def _cells(content: bytes) -> list[tuple[str, str, str]]:
    """Return kind, source and id of every cell."""
    if len(content) > MAX_FILE:
        raise Unreadable(f"larger than {MAX_FILE // 2**20} MiB: clear the outputs")
    try:
        page = json.loads(content.decode("utf-8-sig"))
    except RecursionError:
        raise Unreadable("nested too deep for a notebook") from None
    except ValueError:
        raise Unreadable("no notebook: the file is cut short or of another kind") from None
    cells = page.get("cells") if isinstance(page, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("no notebook of format 4")
    language = _language(page)
    if language and not language.startswith(("python", "ipython")):
        raise Unreadable(f"written for {language[:40]}, not for Python")
    return [_cell(cell) for cell in cells if isinstance(cell, dict)]


def _cell(cell: dict) -> tuple[str, str, str]:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    meta = cell.get("metadata")
    mark = meta.get("nbgrader") if isinstance(meta, dict) else None
    id = mark.get("grade_id") if isinstance(mark, dict) else None
    id = id or cell.get("id")
    kind = cell.get("cell_type")
    return (
        kind if isinstance(kind, str) else "",
        source if isinstance(source, str) else "",
        id if isinstance(id, str) else "",
    )


def _language(page: dict) -> str:
    meta = page.get("metadata")
    for key in ("language_info", "kernelspec"):
        part = meta.get(key) if isinstance(meta, dict) else None
        name = part.get("name" if key == "language_info" else "language", "") if isinstance(
            part, dict
        ) else ""
        if isinstance(name, str) and name:
            return name.lower()
    return ""


def _plain(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _parse(source: str) -> ast.Module | str:
    """Return the tree, or why there is none."""
    try:
        return ast.parse(source)
    except SyntaxError as error:
        return f"{type(error).__name__}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"{type(error).__name__}"


def _cleaned(number: int, source: str) -> Cell:
    """Take magics out of a cell that is no Python with them."""
    found = _parse(source)
    if isinstance(found, str):
        plain = _without_magics(source)
        if plain != source:
            source, found = plain, _parse(plain)
    return Cell(number, source, found if isinstance(found, str) else "")


def _without_magics(source: str) -> str:
    lines = source.split("\n")
    first = next((n for n, line in enumerate(lines) if line.strip()), None)
    if first is not None and lines[first].startswith("%%"):
        word = lines[first][2:].split()
        if not word or word[0] not in KEPT:
            return ""
        lines[first] = ""
    return "\n".join(_line(line) for line in lines)


def _line(line: str) -> str:
    bare = line.strip()
    space = line[: len(line) - len(line.lstrip())]
    if bare.startswith(("%", "!", "?")) or re.fullmatch(r"[\w.]+\?{1,2}", bare):
        return f"{space}pass"
    left, equals, right = line.partition("=")
    names = all(name.strip().isidentifier() for name in left.split(","))
    return f"{left}= None" if equals and names and right.lstrip().startswith(("%", "!")) else line


def _trimmed(number: int, source: str) -> Cell:
    """Keep imports, definitions and assignments of a cell that the course gave."""
    tree = _parse(source)
    if isinstance(tree, str):
        return _cleaned(number, source)
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    tree.body = [node for node in tree.body if isinstance(node, kinds)]
    return Cell(number, ast.unparse(tree))


def _joined(cells: list[Cell]) -> list[Cell]:
    """Put the pieces of a split cell together: those that are Python only with their neighbour."""
    done: list[Cell] = []
    for cell in cells:
        done.append(cell)
        for reach in (2, 3, 4):
            if not done[-1].broken or len(done) < reach:
                continue
            whole = "\n".join(part.source for part in done[-reach:])
            if not isinstance(_parse(whole), str):
                done[-reach:] = [Cell(done[-reach].number, whole)]
    return done


def _retyped(raw: list, cells: list[Cell], names: set[str]) -> list[Cell]:
    """Find answers in cells that were turned into markdown, where no code cell has them."""
    missing = names - {name for cell in cells if not cell.broken for name in defined(cell.source)}
    found = []
    for number, (kind, source, _) in enumerate(raw, 1):
        if kind in ("markdown", "raw") and _may_define(source, missing):
            lines = source.split("\n")  # no pattern here: a stranger's text must not slow one
            source = "\n".join("" if line.strip().startswith("```") else line for line in lines)
            there = missing & set(defined(source))
            if there:
                found.append(Cell(number, source))
                missing -= there
    return found


def _texts(raw: list, page: list[dict]) -> dict[str, str]:
    """Collect the free answers: the answer's cell, and what a learner wrote in cells below it."""
    asked, questions, above = {}, {}, ""
    for cell in page:
        mark = cell.get("metadata", {}).get("nbgrader", {})
        if cell["cell_type"] == "markdown" and mark.get("grade"):
            asked[mark["grade_id"]] = questions[above] = mark["grade_id"]
        elif cell["cell_type"] == "markdown":
            above = _plain(cell["source"])
    stubs = {_plain(cell["source"]) for cell in page if _mark(cell) in asked}
    released = {_plain(cell["source"]) for cell in page} - stubs
    found, current = {id: [] for id in asked}, None
    for kind, source, id in raw:
        plain = _plain(source)
        if id in asked:
            current = id
        elif plain in released:
            current = questions.get(plain)
            continue
        if current and kind in ("markdown", "raw") and plain not in stubs:
            found[current].append(plain)
    return {id: "\n\n".join(dict.fromkeys(parts))[:MAX_TEXT] for id, parts in found.items()}


def _mark(cell: dict) -> str:
    return cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")


def _may_define(source: str, names: set[str]) -> bool:
    return len(source) <= MAX_CODE and any(
        f"def {name}" in source or f"class {name}" in source for name in names)


def defined(source: str) -> dict[str, str]:
    """Return what a cell defines at its top level, by name: the definition without its layout."""
    tree = _parse(source)
    if isinstance(tree, str):
        return {}
    found = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found[node.name] = "" if is_stub(node) else ast.dump(node)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = ast.dump(node.value)
    return found


def is_stub(node: ast.AST) -> bool:
    """Tell whether a definition only raises NotImplementedError, as the released one does."""
    body = [n for n in node.body if not (isinstance(n, ast.Expr)
                                         and isinstance(n.value, ast.Constant))]
    if isinstance(node, ast.ClassDef):
        inner = [n for n in body if isinstance(n, ast.FunctionDef)]
        return bool(inner) and len(inner) == len(body) and all(map(is_stub, inner))
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImplementedError" in ast.dump(
        body[0]
    )


def _ambiguous(cells: list[Cell], names: set[str]) -> dict[str, str]:
    """Name the answers that several cells define in different ways."""
    seen: dict[str, dict[str, int]] = {name: {} for name in names}
    for cell in (cell for cell in cells if not cell.broken):
        for name, form in defined(cell.source).items():
            if name in seen and form:
                seen[name].setdefault(form, cell.number)
    return {
        name: f"{name} is defined in different ways in cells "
        + ", ".join(map(str, sorted(forms.values())))
        for name, forms in seen.items()
        if len(forms) > 1
    }


def without_stubs(cells: list[Cell], names: set[str]) -> list[Cell]:
    """Drop a stub that would hide an answer written in another cell."""
    real = {n for c in cells for n, form in defined(c.source).items() if form and n in names}
    kept = []
    for cell in cells:
        stubs = {n for n, form in defined(cell.source).items() if not form} & real
        if stubs:
            tree = ast.parse(cell.source)
            tree.body = [n for n in tree.body if getattr(n, "name", None) not in stubs
                         or not is_stub(n)]
            cell = Cell(cell.number, ast.unparse(tree))
        kept.append(cell)
    return kept


# ---------------------------------------------------------------- many files


def collect(place: Path, assignments: list[str], known: list[str] = (), roster=None) -> list[Found]:
    """List what was handed in: a tree by student, a flat folder, or an archive of either.

    Args:
        place: a folder or a .zip.
        assignments: those wanted, such as `00_descent`.
        known: all that exist; what names another one is left out.
        roster: knows whose a file is that a learning platform named.

    Returns:
        One for each student and assignment; the assignment is "" where the path names none.

    Raises:
        ValueError: no such place, or an archive that must not be opened.
    """
    if place.is_dir():
        files = _walk(place)
    elif place.is_file() and zipfile.is_zipfile(place):
        files = _unzip(place)
    else:
        raise ValueError(f"{place.name} is neither a folder nor a zip")
    found: dict[tuple[str, str], list[Found]] = {}
    files = list(files)
    times = {parts[:-1]: _moment(content) for parts, content, _ in files if parts[-1] == STAMP}
    for parts, content, problem in files:
        if parts[-1] == STAMP:
            continue
        own, owner = roster.place(parts) if roster else (parts, {})
        student, assignment = _owner(own, assignments, {*assignments, *known})
        if assignment in ("", *assignments):
            item = Found(student, assignment, content, problem, own[-1], "/".join(parts),
                         time=times.get(parts[:-1]))
            item = replace(item, **owner)
            found.setdefault((item.student, assignment), []).append(item)
    return [_one(items) for _, items in sorted(found.items())]


def _moment(content: bytes) -> float | None:
    """Read the time that nbgrader puts beside a submission."""
    text = content[:40].decode("ascii", "replace").strip().removesuffix(" UTC")
    try:
        told = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return (told if told.tzinfo else told.replace(tzinfo=datetime.UTC)).timestamp()


def _one(items: list[Found]) -> Found:
    pages = [item for item in items if item.name.endswith(".ipynb")]
    if not pages:
        why = items[0].problem or f"{items[0].name[:60]} is no notebook: ask for the .ipynb"
        return replace(items[0], content=b"", problem=why)
    if len({item.attempt for item in pages}) == len(pages):
        pages.sort(key=lambda item: item.attempt)
        return replace(pages[-1], others=tuple(item.file for item in pages[:-1]))
    own = [item for item in pages if item.name == f"{item.assignment}.ipynb"]
    if len(own) != 1:
        names = ", ".join(sorted(item.name[:40] for item in pages)[:5])
        return replace(pages[0], content=b"", problem=f"several notebooks: {names}")
    return own[0]


def _walk(place: Path) -> Iterator[tuple[tuple[str, ...], bytes, str]]:
    root = place.resolve()
    for path in sorted(place.rglob("*")):
        parts = path.relative_to(place).parts
        if any(part.startswith((".", "__MACOSX")) for part in parts) or path.is_dir():
            continue
        if path.is_symlink() or not path.resolve().is_relative_to(root) or not path.is_file():
            yield parts, b"", "a link, not a file"
        elif path.suffix in (".ipynb", ".py", ".txt", ".html", ".pdf", ".md"):
            size = path.stat().st_size
            large = f"larger than {MAX_FILE // 2**20} MiB: clear the outputs"
            yield (parts, b"", large) if size > MAX_FILE else (parts, path.read_bytes(), "")


def _unzip(place: Path) -> Iterator[tuple[tuple[str, ...], bytes, str]]:
    """Read an archive's members into memory; nothing is written where they say.

    Raises:
        ValueError: a member points outside, is a link, or unfolds to too much.
    """
    with zipfile.ZipFile(place) as archive:
        members = [m for m in archive.infolist() if not m.is_dir()]
        for member in members:
            _safe(member)
        if sum(m.file_size for m in members) > MAX_ZIP:
            raise ValueError(f"{place.name} unfolds to more than {MAX_ZIP // 2**30} GiB")
        for member in sorted(members, key=lambda m: m.filename):
            parts = PurePosixPath(member.filename).parts
            if any(part.startswith((".", "__MACOSX")) for part in parts):
                continue
            if member.file_size > MAX_FILE:
                yield parts, b"", f"larger than {MAX_FILE // 2**20} MiB: clear the outputs"
                continue
            try:
                with archive.open(member) as stream:
                    content = stream.read(MAX_FILE + 1)
            except Exception as error:  # what zlib and zipfile raise has no common root
                yield parts, b"", f"damaged in the archive ({type(error).__name__})"
                continue
            yield parts, content, ""


def _safe(member: zipfile.ZipInfo) -> None:
    name = member.filename
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
        raise ValueError(f"the archive points outside itself: {name[:80]!r}")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise ValueError(f"the archive holds a link: {name[:80]!r}")
    if member.file_size > 2**20 and member.file_size > MAX_RATIO * max(member.compress_size, 1):
        raise ValueError(f"the archive unfolds too far: {name[:80]!r}")


def _owner(parts: tuple[str, ...], wanted: list[str], known: set[str]) -> tuple[str, str]:
    """Read student and assignment from a path; with one assignment the path need not name it."""
    stem, above = Path(parts[-1]).stem, parts[:-1]
    named = [part for part in (*above, stem) if part in known]
    named = named or [name for name in sorted(known) if stem.startswith(name)]  # a browser's " (1)"
    assignment = named[-1] if named else wanted[0] if len(wanted) == 1 else ""
    students = [part for part in above if part not in known]
    return (students[-1] if students else stem), assignment
