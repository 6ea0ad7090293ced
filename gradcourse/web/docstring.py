"""Docstrings as HTML: plain paragraphs, Google's sections, and nothing that a star could break."""

import html
import inspect
import re
import textwrap

LISTED = ("Args", "Attributes", "Raises")
NAMES = "Args|Attributes|Returns|Yields|Raises|Examples?|Notes?|Source"
SECTION = re.compile(rf"^({NAMES}):\n((?:(?: .*)?\n)+)", re.MULTILINE)
ENTRY = re.compile(r"^(\*{0,2}[\w.]+(?:, \*{0,2}[\w.]+)*)(?: \([^)]*\))?: (.*)$", re.DOTALL)


def as_html(text: str) -> str:
    """Write a docstring as HTML.

    Example:
        >>> as_html("One step.")
        '<p>One step.</p>'
    """
    text = inspect.cleandoc(text) + "\n"
    parts, place = [], 0
    for found in SECTION.finditer(text):
        parts += [_body(text[place : found.start()]), _section(found[1], found[2])]
        place = found.end()
    return "".join([*parts, _body(text[place:])])


def signature(thing) -> str:
    """Write a function's or class's call as code, one argument a line where it is long."""
    try:
        words = inspect.signature(thing)
    except (TypeError, ValueError):
        return ""
    whole = f"{thing.__name__}{_short(str(words))}"
    if len(whole) <= 88:
        return whole
    lines, star = [], False
    for parameter in words.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            lines, star = [*lines, "    *,"], True
        star = star or parameter.kind is parameter.VAR_POSITIONAL
        lines.append(f"    {_short(str(parameter))},")
    result = words.return_annotation
    arrow = "" if result is words.empty else f" -> {_short(inspect.formatannotation(result))}"
    return "\n".join([f"{thing.__name__}(", *lines, ")" + arrow])


def _short(text: str) -> str:
    """Leave out where a type or a default comes from."""
    text = re.sub(r"<function (?:[\w<>]+\.)*(\w+)[^>]*>|<class '(?:\w+\.)*(\w+)'>", r"\1\2", text)
    text = re.sub(r"\b(?:torch|collections\.abc|pathlib|typing|numpy|matplotlib|nbformat)"
                  r"(?:\.[a-z_]\w*)*\.(?=[A-Z])", "", text)
    return re.sub(r"\bgradcourse(?:\.\w+)*\.(?=[A-Z])", "", text).replace("'", '"')


def _section(name: str, text: str) -> str:
    text = textwrap.dedent(text).strip("\n")
    if name.startswith("Example"):
        return f"<pre>{html.escape(text)}</pre>"
    head = f'<p class="gc-part">{name}</p>'
    if name not in LISTED:
        return head + _body(text)
    rows = "".join(_entry(entry) for entry in re.split(r"\n(?=\S)", text))
    return f"{head}<dl>{rows}</dl>"


def _entry(text: str) -> str:
    found = ENTRY.match(text)
    name, rest = (found[1], found[2]) if found else ("", text)
    term = f"<dt><code>{html.escape(name)}</code></dt>" if name else "<dt></dt>"
    return f"{term}<dd>{_inline(' '.join(rest.split()))}</dd>"


def _body(text: str) -> str:
    """Write paragraphs; what is indented or set in columns keeps its lines."""
    blocks = re.split(r"\n\s*\n", text.strip("\n"))
    return "".join(_block(block) for block in blocks if block.strip())


def _block(block: str) -> str:
    lines = block.split("\n")
    if all(re.match(r"[*-] |  ", line) for line in lines):
        points = re.split(r"\n(?=[*-] )", block)
        if block.startswith(("* ", "- ")):
            items = (" ".join(point[2:].split()) for point in points)
            return f"<ul>{''.join(f'<li>{_inline(item)}</li>' for item in items)}</ul>"
    if any(line.startswith("  ") or re.search(r"\S {3,}\S", line) for line in lines):
        return f"<pre>{html.escape(textwrap.dedent(block))}</pre>"
    return f"<p>{_inline(' '.join(block.split()))}</p>"


def _inline(text: str) -> str:
    return re.sub(r"``?([^`]+)``?", r"<code>\1</code>", html.escape(text, quote=False))
