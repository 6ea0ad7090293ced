"""What a batch leaves behind: tables, one feedback page per submission, a class page.

Everything is made anew from the result files and the overrides, so that no table can disagree
with them. A stranger's text is escaped wherever it is shown.
"""

import csv
import html
import io
import json
import os
import re
from collections import Counter
from pathlib import Path

COLUMNS = ("student", "assignment", "exercise", "score", "max_score", "state", "reason")
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;"
    "color:#222}h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:1.6rem}table{border-collapse:"
    "collapse;width:100%}td,th{text-align:left;padding:.25rem .6rem;border-bottom:1px solid #ddd;"
    "vertical-align:top}.n{text-align:right;font-variant-numeric:tabular-nums}.quiet{color:#666}"
    "code{white-space:pre-wrap;overflow-wrap:anywhere}"
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write_text(path: Path, text: str) -> None:
    """Write whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    os.replace(part, path)


def safe(name: str) -> str:
    """Turn a student's name into a file's name that leads nowhere else.

    Example:
        >>> safe("../Zoë/x")
        '_2e_2e_2fZoë_2fx'
    """
    kept = "".join(c if c.isalnum() or c in "-@+ ," else f"_{ord(c):x}" for c in name)
    return kept[:120] or "_"


def cell(text: object) -> str:
    """Keep a spreadsheet from taking a stranger's text for a formula."""
    text = str(text)
    return "'" + text if text.lstrip().startswith(("=", "+", "-", "@", "\t")) else text


# ---------------------------------------------------------------- the record


def results(out: Path) -> list[dict]:
    """Return all results, sorted, with the overrides that stand."""
    found = [json.loads(p.read_text("utf-8")) for p in out.glob("results/*/*.json")
             if not p.name.startswith(".")]
    changed = {(o["student"], o["exercise"]): o for o in overrides(out)}
    for result in found:
        for row in result["exercises"]:
            override = changed.get((result["student"], row["id"]))
            if override:
                row |= {"points": override["points"], "state": "graded", "override": override,
                        "reason": f"set by hand: {override['reason']}"}
    return sorted(found, key=lambda r: (r["assignment"], r["student"]))


def overrides(out: Path) -> list[dict]:
    """Return what was set by hand, in order."""
    path = out / "overrides.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else []


def write_all(out: Path) -> None:
    """Write every table and page."""
    graded = results(out)
    lines = [json.dumps(r, sort_keys=True) for r in graded]
    write_text(out / "results.jsonl", "".join(line + "\n" for line in lines))
    rows = [(r, e) for r in graded for e in r["exercises"]]
    write_text(out / "grades.csv", _csv(rows))
    open_ones = [(r, e) for r, e in rows if e["state"] == "ungraded"]
    write_text(out / "ungraded.csv", _csv(open_ones))
    disputed = [(r, {**e, "reason": ", ".join(names)}) for r, e in rows
                if (names := [c["check"] for c in e["checks"] if c.get("disputed")])]
    write_text(out / "disputed.csv", _csv(disputed))
    for result in graded:
        path = out / "feedback" / result["assignment"] / f"{safe(result['student'])}.html"
        write_text(path, feedback(result))
    write_text(out / "class.html", class_page(graded))


def _csv(rows: list[tuple[dict, dict]]) -> str:
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(COLUMNS)
    for result, row in rows:
        table.writerow([cell(result["student"]), result["assignment"], row["id"],
                        "" if row["state"] == "ungraded" else f"{row['points']:g}",
                        f"{row['max_points']:g}", row["state"], cell(row["reason"])])
    return file.getvalue()


# ---------------------------------------------------------------- pages


def page(title: str, body: str) -> str:
    """Wrap a body; the page loads nothing and runs nothing."""
    title = html.escape(title)
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            f"<title>{title}</title><style>{STYLE}</style></head>"
            f"<body><h1>{title}</h1>{body}</body></html>\n")


def feedback(result: dict) -> str:
    """Return one submission's page: each check, its verdict, and inputs that may be seen."""
    total = sum(row["points"] for row in result["exercises"])
    most = sum(row["max_points"] for row in result["exercises"])
    body = [f"<p>{total:g} of {most:g} points</p>"]
    for stop in result["stopped"]:
        body.append(f"<p class=quiet>Cell {int(stop['cell'])} stopped: "
                    f"<code>{html.escape(stop['why'])}</code></p>")
    body += [_exercise(row) for row in result["exercises"]]
    return page(f"{result['assignment']}: {result['student']}", "".join(body))


def _exercise(row: dict) -> str:
    head = f"<h2>{html.escape(row['id'])}: {row['points']:g} of {row['max_points']:g}</h2>"
    if row["state"] != "graded" or row.get("override") or not row["checks"]:
        words = row["state"] if row["state"] != "graded" else ""
        text = ", ".join(filter(None, [words, row["reason"]]))
        head += f"<p>{html.escape(text)}</p>"
    lines = "".join(_check(entry) for entry in row["checks"])
    return head + (f"<table>{lines}</table>" if lines else "")


def _check(entry: dict) -> str:
    if entry["passed"]:
        return f"<tr><td>passed</td><td>{html.escape(entry['check'])}</td></tr>"
    if entry["disputed"]:
        said = "your instructor looks at this one; no points are lost"
    else:
        said = html.escape(entry["cause"])
        if entry["tried"]:
            said += (f"<br><code>{html.escape(entry['tried'])}</code><br>expected "
                     f"<code>{html.escape(entry['expected'])}</code>, got "
                     f"<code>{html.escape(entry['got'])}</code>")
    word = "disputed" if entry["disputed"] else "failed"
    return f"<tr><td>{word}</td><td>{html.escape(entry['check'])}<br>{said}</td></tr>"


def class_page(graded: list[dict]) -> str:
    """Return the class at a glance: scores by exercise, and which mistake hit how many."""
    body = []
    for assignment in sorted({r["assignment"] for r in graded}):
        mine = [r for r in graded if r["assignment"] == assignment]
        body.append(f"<h2>{html.escape(assignment)}, {len(mine)} submissions</h2>")
        body.append(_means(mine) + _mistakes(mine))
    return page("The class", "".join(body))


def _means(mine: list[dict]) -> str:
    lines = []
    for id in [row["id"] for row in mine[0]["exercises"]]:
        rows = [row for r in mine for row in r["exercises"] if row["id"] == id]
        share = sum(row["points"] for row in rows) / sum(row["max_points"] for row in rows)
        states = Counter(row["state"] for row in rows)
        told = ", ".join(f"{n} {state}" for state, n in sorted(states.items()))
        lines.append(f"<tr><td>{html.escape(id)}</td><td class=n>{share:.0%}</td>"
                     f"<td class=quiet>{html.escape(told)}</td></tr>")
    return ("<table><tr><th>exercise</th><th class=n>mean</th><th>states</th></tr>"
            + "".join(lines) + "</table>")


def _mistakes(mine: list[dict]) -> str:
    hit = Counter(
        (row["id"], entry["cause"])
        for r in mine for row in r["exercises"]
        for entry in {c["cause"]: c for c in row["checks"] if c.get("cause")}.values()
    )
    lines = []
    for (id, cause), count in sorted(hit.items(), key=lambda item: (-item[1], item[0])):
        warm = min(1.0, count / len(mine))
        lines.append(f'<tr style="background:rgba(213,94,0,{warm * 0.6:.2f})"><td class=n>{count}'
                     f"</td><td>{html.escape(id)}</td><td>{html.escape(cause)}</td></tr>")
    if not lines:
        return "<p>No mistake was named.</p>"
    return ("<table><tr><th class=n>learners</th><th>exercise</th><th>mistake</th></tr>"
            + "".join(lines) + "</table>")


def number(text: str) -> float:
    """Read points that a person wrote.

    Raises:
        ValueError: no number.
    """
    if not re.fullmatch(r"\s*\d+(\.\d+)?\s*", text):
        raise ValueError(f"{text!r} is no number of points")
    return float(text)
