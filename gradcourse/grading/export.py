"""Marks back into the gradebook they came from, and the feedback under the downloaded names."""

import zipfile
from pathlib import Path, PurePosixPath

from gradcourse.grading import marking, report
from gradcourse.grading.roster import Roster, fill, text_of


def export(out: Path, roster: Roster, assignment: str, column: str = "") -> dict:
    """Write the filled gradebook and one zip of feedback; the given file stays as it is.

    Nobody gets a number who has an answer that is not graded yet, in code or in words.

    Args:
        out: of the results.
        roster: the gradebook, read.
        assignment: such as `01_multistage`.
        column: of the gradebook; a part of its name is enough.

    Returns:
        gradebook, feedback (paths), filled (how many), open (students without a number, why),
        unknown (students that are not in the gradebook), silent (people who handed nothing in).

    Raises:
        ValueError: nothing was graded, or the column is unclear or worth other points.
    """
    graded = [r for r in report.results(out) if r["assignment"] == assignment]
    if not graded:
        raise ValueError(f"nothing of {assignment} was graded in {out.name}")
    marks, open_ones = _marks(out, graded)
    unknown = fill(roster, column, marks, _most(out, graded[0], assignment))
    folder = out / "export"
    gradebook = folder / roster.name
    report.write_text(gradebook, text_of(roster))
    feedback = folder / f"feedback_{assignment}.zip"
    _zip(out, graded, feedback)
    silent = sorted(set(roster.people) - {r["student"] for r in graded})
    return {"gradebook": gradebook, "feedback": feedback, "filled": len(marks) - len(unknown),
            "open": open_ones, "unknown": unknown, "silent": silent}


def _marks(out: Path, graded: list[dict]) -> tuple[dict[str, float], dict[str, str]]:
    """Sum each student's points; whoever waits for a person gets none yet."""
    words = {}
    for stored, row in marking.rows(out):
        words.setdefault((stored["assignment"], stored["student"]), {})[row["id"]] = row
    marks, open_ones = {}, {}
    for result in graded:
        asked = set(marking.questions(result["assignment"])) if _texts(out, result) else set()
        marked = words.get((result["assignment"], result["student"]), {})
        waiting = [row["id"] for row in result["exercises"] if row["state"] == "ungraded"]
        waiting += sorted(asked - set(marked))
        if waiting:
            open_ones[result["student"]] = ", ".join(waiting)
        else:
            rows = [*result["exercises"], *marked.values()]
            marks[result["student"]] = round(sum(row["points"] for row in rows), 2)
    return marks, open_ones


def _texts(out: Path, result: dict) -> bool:
    return marking.place(out, result["assignment"], result["student"]).is_file()


def _most(out: Path, result: dict, assignment: str) -> float:
    words = marking.questions(assignment).values() if _texts(out, result) else ()
    return sum(row["max_points"] for row in result["exercises"]) + sum(
        float(word["points"]) for word in words)


def _zip(out: Path, graded: list[dict], target: Path) -> None:
    """Name each page as its submission was, so that the platform knows whose it is."""
    files = {(a["student"], a["assignment"]): a["file"] for a in report.stored(out, "handed_in")}
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as made:
        for result in graded:
            student, assignment = result["student"], result["assignment"]
            page = out / "feedback" / report.safe(student) / f"{assignment}.html"
            name = files.get((student, assignment), f"{report.safe(student)}.html")
            named = zipfile.ZipInfo(str(PurePosixPath(name).with_suffix(".html")))
            made.writestr(named, page.read_bytes(), zipfile.ZIP_DEFLATED)
    part.replace(target)
