"""Lay the rooms of a new chapter: small files that fail, and say what belongs in them."""

import keyword
import re
from pathlib import Path

from gradcourse.notebooks import files
from gradcourse.notebooks.derive import derive_notebook

SKELETON = Path(__file__).parent / "skeleton"
LAID = {  # template -> file; NN is the number, SLUG the name, KK the number without its zero
    "page.txt": "chapters/NN_SLUG.ipynb",
    "method.txt": "gradcourse/methods/SLUG.py",
    "pictures.txt": "gradcourse/pictures/SLUG.py",
    "checks.txt": "gradcourse/checks/SLUG.py",
    "solution.txt": "solutions/NN_SLUG/NN_SLUG.ipynb",
    "wrong.txt": "solutions/NN_SLUG/wrong/as_it_came.py",
    "right.txt": "solutions/NN_SLUG/right/another_style.py",
    "test.txt": "tests/test_SLUG.py",
    "test_pictures.txt": "tests/test_SLUG_pictures.py",
}
EXERCISE = "exercises/NN_SLUG/NN_SLUG.ipynb"
ROOMS = {  # a room is one of these files, or a package in its place
    "page": ("chapters/NN_SLUG.ipynb",),
    "method": ("gradcourse/methods/SLUG.py", "gradcourse/methods/SLUG/*.py"),
    "pictures": ("gradcourse/pictures/SLUG.py", "gradcourse/pictures/SLUG/*.py"),
    "checks": ("gradcourse/checks/SLUG.py", "gradcourse/checks/SLUG/*.py"),
    "solution": ("solutions/NN_SLUG/*.ipynb", "solutions/NN_SLUG/*/*.py"),
    "exercise": (EXERCISE,),
    "test": ("tests/test_SLUG.py", "tests/test_SLUG_*.py"),
}


def new(name: str, root: Path | str | None = None) -> list[str]:
    """Write all rooms of a chapter as a skeleton.

    Args:
        name: number and slug, such as `09_sketching`.
        root: the course; None finds it.

    Returns:
        The files written, relative to the course.

    Raises:
        ValueError: a name that will not do, or a file that is there already; nothing is written.
    """
    course = files.course_root(root)
    _refuse(name, course)
    written = {}
    for template, path in LAID.items():
        text = _fill_in((SKELETON / template).read_text(encoding="utf-8"), name)
        written[_fill_in(path, name)] = text
    for path, text in written.items():
        target = course / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".ipynb"):
            files.write(target, parse(text))
        else:
            target.write_text(text, encoding="utf-8", newline="\n")
    solution = files.read(course / _fill_in(LAID["solution.txt"], name))
    exercise = _fill_in(EXERCISE, name)
    files.write(course / exercise, derive_notebook(solution, points=lambda id: 1))
    return [*written, exercise]


def unfilled(name: str, root: Path | str | None = None) -> dict[str, str]:
    """Return the rooms of a chapter that still hold the skeleton's words.

    Returns:
        By room, one line: file and the first thing to fill in.
    """
    course, found = files.course_root(root), {}
    for room, patterns in ROOMS.items():
        paths = [p for pattern in patterns for p in sorted(course.glob(_fill_in(pattern, name)))]
        for path in paths:
            missing = files.FILL.search(_text(path))
            if missing and room not in found:
                found[room] = f"fill {path.relative_to(course).as_posix()}: {missing[1].strip()}"
    if "exercise" in found:
        found["exercise"] = (f"fill {_fill_in(LAID['solution.txt'], name)}, then run "
                             "`gradcourse notebooks derive`")
    return found


def parse(text: str) -> dict:
    r"""Turn percent text, as jupytext writes it, into a notebook.

    Example:
        >>> parse('# %% [markdown] id="a-b"\n# One')["cells"][0]["source"]
        'One'
    """
    from nbformat import v4

    cells = []
    for block in re.split(r"^# %%", text, flags=re.MULTILINE)[1:]:
        head, _, body = block.partition("\n")
        id = re.search(r'id="([^"]+)"', head)[1]
        tags = re.findall(r'"([^"]+)"', head.partition("tags=")[2])
        body = body.strip("\n")
        if "[markdown]" in head:
            body = re.sub(r"^# ?", "", body, flags=re.MULTILINE)
            cells.append(v4.new_markdown_cell(body, id=id))
        else:
            cells.append(v4.new_code_cell(body, id=id, metadata={"tags": tags} if tags else {}))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return v4.new_notebook(cells=cells, metadata={
        "kernelspec": kernel, "language_info": {"name": "python"}})


def _fill_in(text: str, name: str) -> str:
    number, slug = name.split("_")
    for mark, value in (("SLUG", slug), ("KK", str(int(number))), ("NN", number)):
        text = text.replace(mark, value)
    return text


def _text(path: Path) -> str:
    """Return a file's text; of a notebook only what its author wrote."""
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8")
    return "\n".join(cell["source"] for cell in files.read(path)["cells"])


def _refuse(name: str, course: Path) -> None:
    if not re.fullmatch(r"[0-9]{2}_[a-z]{3,}", name):
        raise ValueError(f"a chapter is two digits and a word, as 09_sketching; got {name!r}")
    number, slug = name.split("_")
    if keyword.iskeyword(slug):
        raise ValueError(f"{slug!r} is a word of Python; choose another")
    for other in files.names("chapters", course):
        if other.startswith(number + "_"):
            raise ValueError(f"number {number} is taken by {other}")
    for path in (*LAID.values(), EXERCISE):
        _refuse_file(course / _fill_in(path, name), course)
    for room in ("methods", "pictures", "checks"):
        _refuse_file(course / "gradcourse" / room / slug, course)


def _refuse_file(path: Path, course: Path) -> None:
    if path.exists():
        raise ValueError(f"{path.relative_to(course).as_posix()} exists already; nothing written")
