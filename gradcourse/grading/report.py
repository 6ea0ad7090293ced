"""What a batch leaves behind: tables, and one page each for a learner, the class, the marker.

Everything is made anew from the result files, the marks and the overrides, so that no table can
disagree with them. A stranger's text is escaped wherever it is shown.
"""

import csv
import datetime
import hashlib
import io
import json
import os
import re
from pathlib import Path

COLUMNS = ("student", "assignment", "exercise", "score", "max_score", "state", "reason")
ARRIVALS = ("student", "name", "assignment", "attempt", "time", "late", "file", "earlier")


def write_text(path: Path, text: str) -> None:
    """Write whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8", newline="")
    os.replace(part, path)


def safe(name: str) -> str:
    """Turn a student's name into a file's name that leads nowhere else.

    Example:
        >>> safe("../Zoë/x")
        '_2e_2e_2fZoë_2fx'
    """
    kept = "".join(c if c.isalnum() or c in "-@+ ," else f"_{ord(c):x}" for c in name)
    if len(kept) > 120:  # two long names may begin alike
        kept = f"{kept[:100]}_{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:16]}"
    return kept or "_"


def cell(text: object) -> str:
    """Keep a spreadsheet from taking a stranger's text for a formula."""
    text = str(text)
    return "'" + text if text.lstrip().startswith(("=", "+", "-", "@", "\t")) else text


def number(text: str, where: str = "points") -> float:
    """Read points that a person wrote.

    Raises:
        ValueError: no number.
    """
    if not re.fullmatch(r"\s*\d+([.,]\d+)?\s*", text):
        raise ValueError(f"{where}: {text!r} is no number of points")
    return float(text.replace(",", "."))


# ---------------------------------------------------------------- the record


def results(out: Path) -> list[dict]:
    """Return all results, sorted, with the overrides that stand."""
    found = stored(out, "results")
    changed = {(o["student"], o["exercise"]): o for o in overrides(out)}
    for result in found:
        for row in result["exercises"]:
            override = changed.get((result["student"], row["id"]))
            if override:
                row |= {"points": override["points"], "state": "graded", "override": override,
                        "reason": f"set by hand: {override['reason']}"}
    return found


def stored(out: Path, kind: str) -> list[dict]:
    """Return all records of a kind, sorted by assignment and student."""
    found = [json.loads(p.read_text("utf-8")) for p in out.glob(f"{kind}/*/*.json")
             if not p.name.startswith(".")]
    return sorted(found, key=lambda r: (r["assignment"], r["student"]))


def overrides(out: Path) -> list[dict]:
    """Return what was set by hand, in order."""
    path = out / "overrides.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else []


def write_all(out: Path) -> None:
    """Write every table and page."""
    from gradcourse.grading import class_page, feedback, marking, marking_page

    graded, marked = results(out), marking.rows(out)
    lines = [json.dumps(r, sort_keys=True) for r in graded]
    write_text(out / "results.jsonl", "".join(line + "\n" for line in lines))
    rows = [(r, e) for r in graded for e in r["exercises"]]
    table = sorted([*rows, *marked], key=lambda row: (row[0]["assignment"], row[0]["student"]))
    write_text(out / "grades.csv", _csv(table))
    write_text(out / "ungraded.csv", _csv([row for row in rows if row[1]["state"] == "ungraded"]))
    write_text(out / "disputed.csv", _csv(disputed(rows)))
    arrivals = stored(out, "handed_in")
    write_text(out / "handed_in.csv", _arrivals(arrivals))
    late = {(a["student"], a["assignment"]): bool(a["late"]) for a in arrivals}
    answers = marking.answers(out)
    for result in graded:
        key = (result["student"], result["assignment"])
        mine = [a for a in answers if (a["student"], a["assignment"]) == key]
        path = out / "feedback" / safe(result["student"]) / f"{result['assignment']}.html"
        write_text(path, feedback.page(result, mine, late=late.get(key, False)))
    write_text(out / "class.html", class_page.page(graded))
    write_text(out / "marking.html", marking_page.page(answers))


def disputed(rows: list[tuple[dict, dict]]) -> list[tuple[dict, dict]]:
    """Return the rows with a check that failed only on inputs that nobody may see."""
    return [(r, {**e, "reason": ", ".join(names)}) for r, e in rows
            if (names := [c["check"] for c in e["checks"] if c.get("disputed")])]


def _csv(rows: list[tuple[dict, dict]]) -> str:
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(COLUMNS)
    for result, row in rows:
        table.writerow([cell(result["student"]), result["assignment"], row["id"],
                        "" if row["state"] == "ungraded" else f"{row['points']:g}",
                        f"{row['max_points']:g}", row["state"], cell(row["reason"])])
    return file.getvalue()


def _arrivals(found: list[dict]) -> str:
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(ARRIVALS)
    for one in found:
        late = {True: "late", False: "in time", None: ""}[one["late"]]
        name = one["name"] if one["matched"] else "not on the roster"
        table.writerow([cell(one["student"]), cell(name), one["assignment"], one["attempt"],
                        _moment(one["time"]), late, cell(one["file"]),
                        cell(", ".join(one["earlier"]))])
    return file.getvalue()


def _moment(time: float | None) -> str:
    if time is None:
        return ""
    return datetime.datetime.fromtimestamp(time).astimezone().isoformat(timespec="seconds")
