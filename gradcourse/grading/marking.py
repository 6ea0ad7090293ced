"""Answers in words: one page to mark them on, by question, and the marks merged back.

An answer is known by a code made of its words, so that whoever marks sees no name, and a mark
never falls on an answer that was changed after it was read.
"""

import csv
import hashlib
import io
import json
from pathlib import Path

from gradcourse.grading import library, report

COLUMNS = ("assignment", "question", "answer", "points", "comment")
STUB = "*Your answer here.*"


def place(out: Path, assignment: str, student: str) -> Path:
    """Return where a submission's free answers lie."""
    return out / "texts" / assignment / f"{report.safe(student)}.json"


def answers(out: Path) -> list[dict]:
    """List all free answers that say something, by question, in an order that tells no name.

    Returns:
        assignment, question, title, answer (the code), student, text, and points and comment where
        somebody marked it.
    """
    given = {(m["assignment"], m["question"], m["answer"]): m for m in marks(out)}
    found = []
    for path in sorted(out.glob("texts/*/*.json")):
        stored = json.loads(path.read_text("utf-8"))
        for question, text in stored["texts"].items():
            if not text.strip() or text.strip() == STUB:
                continue
            item = {"assignment": stored["assignment"], "question": question,
                    "student": stored["student"], "text": text}
            item["answer"] = code(**item)
            item["title"] = questions(stored["assignment"]).get(question, {}).get("title", "")
            mark = given.get((item["assignment"], question, item["answer"]), {})
            found.append(item | {k: mark[k] for k in ("points", "comment") if k in mark})
    return sorted(found, key=lambda a: (a["assignment"], a["question"], a["answer"]))


def code(assignment: str, question: str, student: str, text: str) -> str:
    """Return the code of an answer."""
    told = json.dumps([assignment, question, student, text]).encode()
    return hashlib.sha256(told).hexdigest()[:12]


def marks(out: Path) -> list[dict]:
    """Return the marks that were given so far."""
    path = out / "marks.json"
    return json.loads(path.read_text("utf-8")) if path.is_file() else []


def questions(assignment: str) -> dict[str, dict]:
    """Return an assignment's questions in words: question, points, rubric, by id."""
    return {text["id"]: text for text in library.texts(assignment)}


def merge(out: Path, file: Path) -> dict:
    """Take marks over from a file of the marking page; a later mark replaces an earlier one.

    Returns:
        How many were taken, and the codes of those whose answer is not there any more.

    Raises:
        ValueError: no such file, other columns, or points out of range; nothing is taken then.
    """
    if not file.is_file():
        raise ValueError(f"no file {file}")
    table = csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline=""))
    if not set(COLUMNS) <= set(table.fieldnames or ()):
        raise ValueError(f"{file.name} needs the columns {', '.join(COLUMNS)}")
    known = {(a["assignment"], a["question"], a["answer"]) for a in answers(out)}
    kept = {(m["assignment"], m["question"], m["answer"]): m for m in marks(out)}
    taken, gone = 0, []
    for number, row in enumerate(table, 2):
        if not (row["points"] or "").strip():
            continue
        key = (row["assignment"], row["question"], row["answer"])
        if key not in known:
            gone.append(row["answer"])
            continue
        points = _points(row, f"{file.name}, line {number}")
        kept[key] = dict(zip(COLUMNS, (*key, points, row["comment"] or ""), strict=True))
        taken += 1
    ordered = [kept[key] for key in sorted(kept)]
    report.write_text(out / "marks.json", json.dumps(ordered, indent=1, sort_keys=True) + "\n")
    return {"taken": taken, "gone": gone}


def _points(row: dict, where: str) -> float:
    most = questions(row["assignment"])[row["question"]]["points"]
    points = report.number(row["points"], where)
    if not 0 <= points <= most:
        raise ValueError(f"{where}: points must be from 0 to {most:g}, got {points:g}")
    return points


def rows(out: Path) -> list[tuple[dict, dict]]:
    """Return the marked answers as rows of `grades.csv`; what is not there yet has none.

    An answer that was left out is a 0, `not started`.
    """
    given = {(a["assignment"], a["student"], a["question"]): a for a in answers(out)}
    found = []
    for path in sorted(out.glob("texts/*/*.json")):
        stored = json.loads(path.read_text("utf-8"))
        for id, asked in questions(stored["assignment"]).items():
            if id not in stored["texts"]:
                continue
            answer = given.get((stored["assignment"], stored["student"], id))
            if answer and "points" not in answer:
                continue
            row = {"id": id, "points": answer["points"] if answer else 0.0,
                   "max_points": float(asked["points"]), "checks": [],
                   "state": "graded" if answer else "not started",
                   "reason": answer["comment"] if answer else ""}
            found.append((stored, row))
    return found
