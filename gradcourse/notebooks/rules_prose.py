"""Rules on what the prose says: headings, links, pictures, numbers and equation tags."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from gradcourse.notebooks.ledger import CLAIM
from gradcourse.notebooks.page import CODE, HTML, Finding, Page, without_solutions
from gradcourse.notebooks.stamp import sources

LINK = re.compile(r"\[([^\]\n]*)\]\(([^)\s]+)\)")
OTHER_LINK = re.compile(r"""\b(?:href|src)=["']([^"']+)|^\s*\[[^\]\n]+\]:\s*(\S+)""", re.MULTILINE)
DECIMAL = re.compile(r"(?<![\w.])-?\d*\.\d+(?![\w]|\.\d)")
NUMBER = re.compile(r"(?<![\w.])-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
# decimals that are names, not numbers: papers, places in papers, versions
NAMES = re.compile(
    r"(?:arXiv|doi)\W*\S+|https?://\S+|§\s*[\d.]+|"
    r"\b(?:Section|Theorem|Lemma|Proposition|Corollary|Figure|Fig\.|Table|Algorithm|Equation|Eq\.|"
    r"Chapter|Python|torch|gradcourse|version)\s*\(?[\d.]+", re.IGNORECASE)


def headings(page: Page) -> Iterator[Finding]:
    """One title, then no level is left out."""
    level = 0
    for id, text in page.prose:
        for line in re.findall(r"^(#{1,6})\s", without_solutions(text), re.MULTILINE):
            if len(line) == 1 and level:
                yield id, "a second title: use ## below the first"
            elif len(line) > level + 1:
                yield id, f"a heading of level {len(line)} after level {level}: use {level + 1}"
            level = len(line)


def alt(page: Page) -> Iterator[Finding]:
    """Every picture has words for readers who cannot see it."""
    for id, text in page.prose:
        bare = CODE.sub("", text)
        if re.search(r"!\[\s*\]\(", bare) or re.search(r"<img(?![^>]*\balt=.\w)", bare):
            yield id, "this picture has no alt text: say what it shows"
    for cell, output in page.outputs():
        metadata = output.get("metadata", {})
        for mime in output.get("data", {}):
            said = metadata.get(mime, {}) if isinstance(metadata.get(mime, {}), dict) else {}
            if mime.startswith("image/") and not str(said.get("alt", "")).strip():
                yield cell["id"], "this output's picture has no alt text: use show(fig, alt=...)"


def links(page: Page) -> Iterator[Finding]:
    """Relative links lead somewhere, in the learner's copy too."""
    for id, text in page.prose:
        bare = CODE.sub("", text)
        targets = [target for _, target in LINK.findall(bare)]
        targets += [first or second for first, second in OTHER_LINK.findall(bare)]
        for target in targets:
            if re.match(r"[a-z]+:|#", target):
                continue
            place = (page.path.parent / target.partition("#")[0]).resolve()
            if not place.exists():
                yield id, f"the link {target} leads nowhere"
            elif not any(place.is_relative_to(page.root / k) for k in ("chapters", "exercises")):
                yield id, f"the link {target} leaves the learner's copy"


def decimals(page: Page) -> Iterator[Finding]:
    """A decimal in prose is a literal in the page's code or a number in its outputs."""
    if page.kind != "chapters":
        return
    literals, computed = _literals(page), _computed(page)
    for id, text in page.prose:
        text = NAMES.sub(" ", _untagged(page, HTML.sub(" ", text)))
        for word in dict.fromkeys(DECIMAL.findall(_untargeted(text))):
            if not _known(word, literals, computed):
                yield id, f"{word} is neither in this page's code nor in its outputs: compute it"


def _known(word: str, literals: set[float], computed: set[float]) -> bool:
    digits, value = len(word.partition(".")[2]), abs(float(word))
    return value in literals or any(round(number, digits) == value for number in computed)


def _literals(page: Page) -> set[float]:
    found = set()
    for cell in page.code:
        try:
            nodes = list(ast.walk(ast.parse(cell["source"])))
        except SyntaxError:
            continue
        values = (node.value for node in nodes if isinstance(node, ast.Constant))
        found |= {abs(float(v)) for v in values if type(v) in (int, float)}
    return found


def _computed(page: Page) -> set[float]:
    """Return the numbers in the outputs; a picture's alt text was written, not computed."""
    texts = []
    for _, output in page.outputs():
        data = output.get("data", {})
        texts.append(output.get("text", ""))
        if not any(mime.startswith("image/") for mime in data):
            texts += [HTML.sub(" ", data.get(f"text/{form}", ""))
                      for form in ("plain", "html", "markdown")]
        texts += [repr(claim.get("interval")) for claim in data.get(CLAIM, ())]
    return {abs(float(word)) for text in texts for word in NUMBER.findall(text)}


def equations(page: Page) -> Iterator[Finding]:
    """An equation tag in prose stands in the method's docstring and in a verify call."""
    written = _docstrings(page)
    checked = set(re.findall(r"""\bverify\(\s*["']([\d.]+)["']""",
                             "\n".join(cell["source"] for cell in page.code)))
    for id, text in page.prose:
        for tag in dict.fromkeys(_tags(page, text)):
            if f"({tag})" not in written:
                yield id, f"equation ({tag}) is not in the docstring of methods/{page.slug}"
            if page.kind == "chapters" and tag not in checked:
                yield id, f'equation ({tag}) is not checked: add verify("{tag}", ...)'


def _pattern(page: Page) -> re.Pattern:
    number = page.name.partition("_")[0]
    chapter = str(int(number)) if number.isdigit() else "0"
    return re.compile(rf"\(({chapter}\.\d+)\)|\\tag\{{({chapter}\.\d+)\}}")


def _tags(page: Page, text: str) -> list[str]:
    return [first or second for first, second in _pattern(page).findall(CODE.sub("", text))]


def _untagged(page: Page, text: str) -> str:
    return _pattern(page).sub(" ", text)


def _untargeted(text: str) -> str:
    return LINK.sub(lambda link: link[1], text)


def _docstrings(page: Page) -> str:
    texts = []
    for path in sources(page.name, page.root):
        if "methods" in path.relative_to(page.root).parts:
            texts += _docs_of(path)
    return "\n".join(texts)


def _docs_of(path: Path) -> list[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return [ast.get_docstring(node) or "" for node in nodes if isinstance(node, kinds)]
