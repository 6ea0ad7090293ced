"""Read the claims out of pages and print them as one table."""

import textwrap
from pathlib import Path

from gradcourse.notebooks import files

CLAIM = "application/vnd.gradcourse.claim+json"


def claims(slugs=None, root: Path | str | None = None) -> list[dict]:
    """Return the claims stored in the outputs of the chapters asked for.

    Args:
        slugs: None or "all", a name or several.
        root: the course; None finds it.

    Returns:
        One dict a claim, with its page's name under "page".

    Raises:
        ValueError: an unknown name.
    """
    course = files.course_root(root)
    found = []
    for name in files.choose(slugs, "chapters", course):
        notebook = files.read(files.page_path("chapters", name, course))
        found += claims_of(notebook, name)
    return found


def claims_of(notebook, name: str) -> list[dict]:
    """Return the claims in one notebook's outputs."""
    bundles = (
        output.get("data", {}).get(CLAIM, ())
        for cell in files.code_cells(notebook)
        for output in cell.get("outputs", ())
    )
    return [{"page": name, **claim} for rows in bundles for claim in rows]


def ledger_table(rows: list[dict], width: int = 100) -> str:
    """Return claims as lines of text: verdict, id, claim and interval, by page."""
    if not rows:
        return "no claims"
    word = max(len(row["verdict"]) for row in rows)
    number = max(len(row["id"]) for row in rows)
    lines, page = [], None
    for row in rows:
        if row["page"] != page:
            page = row["page"]
            lines.append(page)
        head = f"  {row['id']:<{number}}  {row['verdict']:<{word}}  "
        text = row["claim"] + _measured(row)
        lines += textwrap.wrap(text, width, initial_indent=head, subsequent_indent=" " * len(head))
    return "\n".join(lines)


def _measured(row: dict) -> str:
    parts = row.get("parts") or [row]
    spans = [_span(part) for part in parts if part.get("interval")]
    return f" [{'; '.join(spans)}]" if spans else ""


def _span(part: dict) -> str:
    low, _, high = (float("nan") if end is None else end for end in part["interval"])
    name = f"{part['name']} " if part.get("name") else ""
    low, high = f"{low:.2g}", f"{high:.2g}"
    return f"{name}{low}" if low == high else f"{name}{low} to {high}"
