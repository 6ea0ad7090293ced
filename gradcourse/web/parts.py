"""The generated parts of the site's pages: HTML and MyST made from facts, never by hand."""

import html
import json
import re
from pathlib import Path

from gradcourse.evidence import Interval
from gradcourse.lab import table
from gradcourse.web.facts import Chapter, parent

PART = re.compile(r"^<!-- part: (\w+) -->$", re.MULTILINE)
WORDS = ("reproduced", "partly", "not reproduced", "inconclusive", "not testable here")


def fill(text: str, chapters: list[Chapter], root: Path) -> str:
    """Put the generated parts where a page asks for them with ``<!-- part: name -->``.

    Raises:
        ValueError: a part that nobody makes.
    """
    makers = {"trails": trails, "syllabus": syllabus, "ledger": ledger, "contents": contents}
    makers |= {"panels": lambda known: gallery(known, root),
               "benchmarks": lambda known: benchmarks(root),
               "speed": lambda known: speed(root)}

    def made(match: re.Match) -> str:
        if match[1] not in makers:
            raise ValueError(f"no part {match[1]!r}; there is {', '.join(makers)}")
        return makers[match[1]](chapters)

    return PART.sub(made, text)


def contents(chapters: list[Chapter]) -> str:
    """Return the tables of contents that the side bar shows."""
    pages = [f"{c.number} · {c.title} <chapters/{c.name}>" for c in chapters]
    exercises = [f"{c.number} · {c.slug} <exercises/{c.name}/{c.name}>" for c in chapters]
    return _toctree("Chapters", pages) + "\n\n" + _toctree("Exercises", exercises)


def trails(chapters: list[Chapter]) -> str:
    """Return the map: each chapter below the one it needs."""
    top = [c for c in chapters if parent(c, chapters) is None]
    return f'<nav class="gc-trails" aria-label="Trails">{_branch(top, chapters)}</nav>'


def syllabus(chapters: list[Chapter]) -> str:
    """Return the table of minutes, points and prerequisites, with its sums."""
    head = ("Chapter", "You need", "Read", "Solve", "Points", "Claims")
    rows = [(_chapter_link(c), _text(c.needs), f"{c.reading} min", f"{c.solving} min",
             _exercise_link(c), str(len(c.claims))) for c in chapters]
    total = ("All", "", _hours(sum(c.reading for c in chapters)),
             _hours(sum(c.solving for c in chapters)),
             f"{sum(c.points for c in chapters):g}", str(sum(len(c.claims) for c in chapters)))
    body = "".join(_row(head, row) for row in rows)
    return _table("gc-syllabus", head, body, f"<tfoot>{_row(head, total)}</tfoot>",
                  "Minutes, points and prerequisites of every chapter")


def ledger(chapters: list[Chapter]) -> str:
    """Return every claim of the course in one table, and how many got which verdict."""
    rows = [(c, claim) for c in chapters for claim in c.claims]
    verdicts = [claim["verdict"] for _, claim in rows]
    order = [*WORDS, *sorted(set(verdicts) - set(WORDS))]
    counts = "".join(f"<li><b>{verdicts.count(word)}</b> {_text(word)}</li>"
                     for word in order if word in verdicts)
    head = ("Claim", "The source says", "Measured here", "Verdict")
    body = "".join(_row(head, _claim(c, claim), _verdict_class(claim)) for c, claim in rows)
    whole = _table("gc-ledger", head, body, "", "All claims of the course")
    return f'<ul class="gc-counts">{counts}</ul>\n{whole}'


def gallery(chapters: list[Chapter], root: Path) -> str:
    """Return every panel as JupyterLab shows it, by light and by night, with links to its page."""
    shots = {path.stem: path for path in (root / "docs" / "panels").glob("*.webp")}
    cards = []
    for chapter in chapters:
        names = sorted(name for name in shots if name.startswith(chapter.name + "-"))
        cards += [_shot(chapter, name) for name in names if name.endswith("-light")]
    return f'<div class="gc-gallery">{"".join(cards)}</div>' if cards else "No pictures yet."


def benchmarks(root: Path) -> str:
    """Return the tables that `make bench` wrote, one heading lower, or say that there are none."""
    results = root / "benchmarks" / "results.json"
    tables = results.with_name("README.md")
    if not (results.is_file() and tables.is_file()):
        return _unmeasured(results)
    text = re.sub(r"\A# .*\n+", "", tables.read_text(encoding="utf-8"))
    return re.sub(r"^(?=##)", "#", text, flags=re.MULTILINE)


def speed(root: Path) -> str:
    """Return how fast the panels answer a key, or say that nobody measured it."""
    return _measured(root / "benchmarks" / "panels.json")


def _measured(path: Path) -> str:
    if not path.is_file():
        return _unmeasured(path)
    record = json.loads(path.read_text(encoding="utf-8"))
    rows = record.get("rows", []) if isinstance(record, dict) else record
    about = [(key, record[key]) for key in ("date", "machine", "device", "command")
             if isinstance(record, dict) and record.get(key)]
    told = " · ".join(f"{key}: {_text(_cell(value))}" for key, value in about)
    return (f'<p class="gc-quiet">{told}</p>\n' if told else "") + _rows_table(rows)


def _unmeasured(path: Path) -> str:
    return f"*Not measured yet: there is no* `{path.parent.name}/{path.name}`."


def _rows_table(rows) -> str:
    """Set a list of records as a table, one column for each of their keys."""
    rows = [row for row in rows if isinstance(row, dict)]
    head = tuple(dict.fromkeys(key for row in rows for key in row))
    names = tuple(key.replace("_", " ") for key in head)
    body = "".join(_row(names, tuple(_text(_cell(row.get(key))) for key in head)) for row in rows)
    return _table("gc-measured", names, body, "", "What was measured")


def _cell(value: object) -> str:
    if value is None:
        return "not measured"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, list):
        return " to ".join(map(_cell, value))
    return " · ".join(f"{k} {_cell(v)}" for k, v in value.items()) if isinstance(
        value, dict) else str(value)


def _branch(chapters: list[Chapter], known: list[Chapter]) -> str:
    items = []
    for chapter in chapters:
        below = [c for c in known if (parent(c, known) or c).name == chapter.name and c != chapter]
        items.append(f'<li><a href="chapters/{chapter.name}.html"><b>{chapter.number}</b>'
                     f'<span class="gc-question">{_text(chapter.title)}</span>'
                     f'<span class="gc-quiet">{chapter.reading} min to read · '
                     f"{chapter.points:g} points</span></a>"
                     f"{_branch(below, known) if below else ''}</li>")
    return f"<ol>{''.join(items)}</ol>"


def _claim(chapter: Chapter, claim: dict) -> tuple[str, ...]:
    first = (f'<a href="../chapters/{chapter.name}.html"><b>{_text(claim["id"])}</b></a> '
             f"{_text(claim['claim'])}{_quiet(claim['setting'])}")
    parts = claim.get("parts") or [claim]
    measured = _text(claim.get("why", "")) or "".join(map(_part, parts, [*parts[1:], None]))
    word = f'<span class="gc-verdict">{_text(claim["verdict"])}</span>'
    return first, _text(claim["source"]), measured, word


def _part(part: dict, below: dict | None) -> str:
    """Show what was measured, and once below all parts of one rule what it was held against."""
    if not part.get("interval"):
        return ""
    ends = (float("nan") if end is None else end for end in part["interval"])
    name = f"{_text(part['name'])}: " if part.get("name") else ""
    number = f"<div>{name}{table.measured(Interval(*ends, part.get('n') or 1))}</div>"
    rule = part["statistic"], part["rule"]
    if below and rule == (below["statistic"], below["rule"]):
        return number
    return number + _quiet(f"{rule[0]}; wanted {rule[1]}")


def _verdict_class(claim: dict) -> str:
    return "gc-" + claim["verdict"].replace(" ", "-")


def _shot(chapter: Chapter, name: str) -> str:
    alt = f"A panel of chapter {chapter.number} in JupyterLab, {{}} theme"
    dark = name.removesuffix("light") + "dark"
    return (f'<a href="../chapters/{chapter.name}.html">'
            f'<img class="only-light" src="panels/{name}.webp" alt="{alt.format("light")}" '
            f'loading="lazy"><img class="only-dark" src="panels/{dark}.webp" '
            f'alt="{alt.format("dark")}" loading="lazy">'
            f'<span class="gc-quiet">{chapter.number} · {_text(chapter.title)}</span></a>')


def _table(kind: str, head: tuple, body: str, foot: str, caption: str) -> str:
    names = "".join(f'<th scope="col">{_text(name)}</th>' for name in head)
    return (f'<table class="gc-table {kind}"><caption>{_text(caption)}</caption>'
            f"<thead><tr>{names}</tr></thead><tbody>{body}</tbody>{foot}</table>")


def _row(head: tuple, cells: tuple, kind: str = "") -> str:
    """Return a row whose cells know their column's name, for narrow screens."""
    inner = "".join(f'<td data-label="{_text(name)}">{cell}</td>'
                    for name, cell in zip(head, cells, strict=True))
    return f'<tr class="{kind}">{inner}</tr>' if kind else f"<tr>{inner}</tr>"


def _toctree(caption: str, entries: list[str]) -> str:
    listed = "\n".join(entries)
    return f"```{{toctree}}\n:caption: {caption}\n:hidden:\n\n{listed}\n```"


def _chapter_link(c: Chapter) -> str:
    return f'<a href="../chapters/{c.name}.html">{c.number} · {_text(c.title)}</a>'


def _exercise_link(c: Chapter) -> str:
    return f'<a href="../exercises/{c.name}/{c.name}.html">{c.points:g}</a>'


def _hours(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"


def _quiet(text: str) -> str:
    return f'<div class="gc-quiet">{_text(text)}</div>' if text else ""


def _text(text: str) -> str:
    return html.escape(str(text))
