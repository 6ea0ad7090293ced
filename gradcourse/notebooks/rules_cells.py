"""Rules on single cells and on the order of cells."""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from gradcourse.notebooks import files
from gradcourse.notebooks.page import CODE, DISPLAY, Finding, Page, without_solutions, words

CODE_LINES, WORDS, DISPLAYS = 25, 150, 2
ORDER = ("parameters", "setup", "panel", "twin", "nbval-check-output", "colophon")
TAG_ONLY = ("parameters", "panel", "nbval-check-output")
DEFAULTS = {"mode": "read", "seed": 0, "device": "auto"}
FORBIDDEN = {
    r"\bsys\.path\b": "the library is installed; leave sys.path alone",
    r"^\s*!|\bos\.system\b|\bsubprocess\b": "no shell commands in a page",
    r"^\s*%%?(?:cd|pip|conda|bash|sh|script|system)\b": "no %cd, %pip, %conda or shell in a page",
    r"""["']cuda\b|\.cuda\(""": "ask begin for the device; it alone knows GPUs",
    r"\b(?:filterwarnings|simplefilter|catch_warnings)\b": "cure the warning, do not filter it",
    r"\brcParams\b": "the style is set by begin; leave rcParams alone",
    r"\bfetch_\w+\(|_from_url\(": "nothing is downloaded; use gradcourse.data",
}
NETWORK = {"aiohttp", "ftplib", "gdown", "http", "httpx", "huggingface_hub", "requests", "smtplib",
           "socket", "ssl", "urllib", "urllib3", "wget"}


def length(page: Page) -> Iterator[Finding]:
    """Code at most 25 lines, markdown at most 150 words and two displays."""
    for cell in page.cells:
        text = cell["source"]
        if cell["cell_type"] == "code":
            lines = len(without_solutions(text).strip("\n").split("\n"))
            if lines > CODE_LINES:
                yield cell["id"], f"{lines} lines of code, at most {CODE_LINES}: split the cell"
            continue
        text = without_solutions(text)
        if words(text) > WORDS:
            yield cell["id"], f"{words(text)} words, at most {WORDS}: split or shorten"
        if len(DISPLAY.findall(text)) > DISPLAYS:
            yield cell["id"], f"more than {DISPLAYS} displayed formulas: split the cell"


def ids(page: Page) -> Iterator[Finding]:
    """Cell ids are unique, begin with the slug and say what the cell is."""
    shape = re.compile(rf"{re.escape(page.slug)}(-[a-z0-9]+)+")
    for id, count in Counter(cell["id"] for cell in page.cells).items():
        if count > 1:
            yield id, "this id is used twice: rename one"
        if not shape.fullmatch(id) or not re.search(r"[a-z]{2}", id.removeprefix(page.slug)):
            yield id, f"an id reads {page.slug}-word, in small letters: rename it"
        elif re.search(r"-[0-9a-f]{8,}$", id) and re.search(r"\d", id[-8:]):
            yield id, "this id was made by a machine: rename it by what the cell does"


def order(page: Page) -> Iterator[Finding]:
    """The cells each page needs are there, in order."""
    if not page.cells or not page.cells[0]["source"].startswith("# "):
        yield "page", "begin with a markdown cell whose first line is the title, `# …`"
    wanted = ORDER if page.kind == "chapters" else ("setup",)
    places = [(tag, _place(page, tag)) for tag in wanted]
    for tag, place in places:
        if place is None:
            yield "page", f"a code cell tagged {tag!r} is missing"
    found = [(place, tag) for tag, place in places if place is not None]
    for (place, tag), (after, other) in zip(found, found[1:], strict=False):
        if place > after:
            yield page.cells[place]["id"], f"{tag!r} must come before {other!r}"
    yield from _last(page)


def _last(page: Page) -> Iterator[Finding]:
    if not page.code:
        return
    last, word = page.code[-1], ".end()" if page.kind == "chapters" else "progress()"
    if word not in last["source"]:
        yield last["id"], f"the last code cell calls {word}"


def _place(page: Page, tag: str) -> int | None:
    for number, cell in enumerate(page.cells):
        if cell["cell_type"] == "code" and (
            tag in files.tags(cell) or (tag not in TAG_ONLY and cell["id"] == f"{page.slug}-{tag}")
        ):
            return number
    return None


def parameters(page: Page) -> Iterator[Finding]:
    """The parameters cell sets mode, seed and device, one a line, and nothing else."""
    want = "\n".join(f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}"
                     for name, value in DEFAULTS.items())
    for cell in page.code:
        if "parameters" in files.tags(cell) and _bare(cell["source"]) != want:
            yield cell["id"], f"write exactly these lines: {want!r}"
        if "setup" in files.tags(cell) and "begin(" not in cell["source"]:
            yield cell["id"], "the setup cell calls begin(...)"


def _bare(source: str) -> str:
    from gradcourse.notebooks.stamp import bare

    return bare(source)


def forbidden(page: Page) -> Iterator[Finding]:
    """No path tricks, installs, devices, filters or network in a page."""
    for cell in page.code:
        for pattern, remedy in FORBIDDEN.items():
            if re.search(pattern, cell["source"], re.MULTILINE):
                yield cell["id"], remedy
        for module in sorted(_imports(cell["source"]) & NETWORK):
            yield cell["id"], f"pages use no network: do not import {module}"


def _imports(source: str) -> set[str]:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return set()
    modules = {alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names}
    modules |= {n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)}
    return {module.partition(".")[0] for module in modules}


def syntax(page: Page) -> Iterator[Finding]:
    """Each code cell is Python."""
    for cell in page.code:
        if re.search(r"^\s*[!%]", cell["source"], re.MULTILINE):
            continue
        try:
            ast.parse(cell["source"])
        except SyntaxError as error:
            yield cell["id"], f"no Python: {error.msg} in line {error.lineno}"


def balance(page: Page) -> Iterator[Finding]:
    """Formulas and folded boxes are closed."""
    for id, text in page.prose:
        text = CODE.sub("", text)
        if text.count("$$") % 2:
            yield id, "an odd number of $$: close the display"
        elif len(re.findall(r"(?<!\\)\$", text.replace("$$", ""))) % 2:
            yield id, "an odd number of $: close the formula, or write \\$"
        if text.count("<details") != text.count("</details>"):
            yield id, "close <details>"


def filled(page: Page) -> Iterator[Finding]:
    """Nothing is left of the skeleton that `gradcourse notebooks new` writes."""
    for cell in page.cells:
        missing = files.FILL.search(cell["source"])
        if missing:
            yield cell["id"], f"to be filled in: {missing[1].strip()}"
